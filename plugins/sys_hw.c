/* sys_hw.c: the machine: firmware tables, PCI devices, memory errors, EFI.
 *
 * Nothing here probes hardware: lspci and dmidecode print what kernel and
 * firmware keep.  Not all of ACPI's tables: MSDM and SLIC are licence keys. */
#include "plugins/plugin.h"

static const struct item items[] = {
    {.name = "lspci", .argv = {"lspci", "-nnvv"}},
    {.name = "lspci-tree", .argv = {"lspci", "-nntv"}},
    {.name = "dmidecode", .argv = {"dmidecode"}, .privacy = PRIVACY_YES},
    {.name = "dmi", .glob = "/sys/class/dmi/id/[bcps]*_*"},
    {.name = "lscpu", .argv = {"lscpu"}},
    {.name = "lscpu-all", .argv = {"lscpu", "-a", "-e"}},
    {.name = "lsusb", .argv = {"lsusb", "-t"}},
    {.name = "usb-ids", .glob = "/sys/bus/usb/devices/*/id[PV]*"},
    {.name = "usb-names", .glob = "/sys/bus/usb/devices/*/product"},
    {.name = "driver-tool", .argv = {"driver-tool", "-l"}},
    {.name = "dev", .argv = {"ls", "-lAR", "/dev"}},

    {.name = "machinecheck",
     .glob = "/sys/devices/system/machinecheck/machinecheck0/*"},
    {.name = "edac-ce", .glob = "/sys/devices/system/edac/mc/mc*/ce_count"},
    {.name = "edac-ue", .glob = "/sys/devices/system/edac/mc/mc*/ue_count"},
    {.name = "cpu-online", .glob = "/sys/devices/system/cpu/[opi]*[et]*"},
    {.name = "microcode",
     .glob = "/sys/devices/system/cpu/cpu*/microcode/version"},
    {.name = "thermal", .glob = "/sys/class/thermal/thermal_zone*/temp"},
    {.name = "mtrr", .file = "/proc/mtrr"},

    /* Names only: what EFI variables hold may be secret. */
    {.name = "firmware-list",
     .argv = {"find", "/sys/firmware", "-ignore_readdir_race", "-maxdepth", "3",
              "-ls"}},
    {.name = "acpi-apic", .glob = "/sys/firmware/acpi/tables/APIC*"},
    /* Xen renames the IOMMU's, so that dom0 does not use it too. */
    {.name = "acpi-iommu", .glob = "/sys/firmware/acpi/tables/[DXR]M*R"},
    {.name = "acpi-ivrs", .glob = "/sys/firmware/acpi/tables/IVRS*"},
    {.name = "acpi-srat", .file = "/sys/firmware/acpi/tables/SRAT"},
    {.name = "acpi-slit", .file = "/sys/firmware/acpi/tables/SLIT"},
    {.name = "acpi-hpet", .file = "/sys/firmware/acpi/tables/HPET"},
    {.name = "acpi-mcfg", .file = "/sys/firmware/acpi/tables/MCFG"},
    {.name = "acpi-facp", .file = "/sys/firmware/acpi/tables/FACP"},
    {.name = "acpi-spcr", .file = "/sys/firmware/acpi/tables/SPCR"},

    {.name = "efi-platform", .glob = "/sys/firmware/efi/fw_*"},
    {.name = "efi-runtime-map", .glob = "/sys/firmware/efi/runtime-map/*/*"},
    {.name = "efibootmgr",
     .argv = {"efibootmgr", "-v"},
     .modules = {"efivarfs"}},
    {.name = "secure-boot",
     .argv = {"mokutil", "--sb-state"},
     .modules = {"efivarfs"}},

    /* A flattened device tree, on ARM. */
    {.name = "device-tree", .glob = "/proc/device-tree/[mc]o*"},
    {.name = "device-tree-chosen", .glob = "/proc/device-tree/chosen/*"},
    {.name = "fdt", .file = "/sys/firmware/fdt"},
    {.name = NULL},
};

const struct plugin plugin_sys_hw = {
    .name = "sys_hw",
    .summary = "the machine: PCI, firmware tables, memory errors, EFI",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_MAYBE,
    .max_bytes = 2 << 20,
    .timeout_ms = 20000,
    .items = items,
};
