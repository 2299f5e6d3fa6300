/* facts_part.h: what the parts of facts.c share: the members that facts come
 * from, and how values are put. */
#ifndef XB_FACTS_PART_H
#define XB_FACTS_PART_H

#include <json-c/json.h>
#include <stdint.h>

#include "collector/facts.h"

#define MANIFEST "manifest.json"
#define INFO "xen/info.json"
#define XEN_VERSION "xen/version.json"
#define DOMAINS "xen/domains.json"
#define DEVICES "xen/devices.json"
#define XENSTORE "xen/xenstore.txt"
#define NAMES_LIBXL "xen/domain-names-libxl.txt"
#define STORE_PID "files/run/xen/xenstored.pid"
#define RING "xen/dmesg.txt"
#define RING_RAW "xen/dmesg-raw.txt"
#define XL_DMESG "commands/xen_hypervisor/xl-dmesg.txt"
#define XM_DMESG "commands/xen_hypervisor/xm-dmesg.txt"
/* As much of them is kept: less than the smallest ring, of 16 KiB, holds. */
#define RING_HEAD ((size_t)12 << 10)
#define MEMINFO "files/proc/meminfo"
#define CPUINFO "files/proc/cpuinfo"
#define OSRELEASE "files/proc/sys/kernel/osrelease"
#define CMDLINE "files/proc/cmdline"
#define TAINTED "files/proc/sys/kernel/tainted"
#define MODULES "files/proc/modules"
#define CLOCKSOURCE                                                            \
    "files/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define OS_RELEASE "files/etc/os-release"
#define INVENTORY "files/etc/xensource-inventory"
#define LOOP_MAX "files/sys/module/loop/parameters/max_loop"
#define XL_INFO "commands/xen_toolstack/xl-info.txt"
#define XM_INFO "commands/xen_toolstack/xm-info.txt"
#define XL_LIST "commands/xen_toolstack/xl-list-v.txt"
#define XM_LIST "commands/xen_toolstack/xm-list.txt"
#define DF "commands/sys_storage/df.txt"
#define DF_PLAIN "commands/sys_storage/df-plain.txt"
#define DF_INODES "commands/sys_storage/df-i.txt"
#define LOOP_NODES "commands/sys_storage/loop-nodes.txt"
#define LOSETUP "commands/sys_storage/losetup-a.txt"
#define PS "commands/sys_process/ps.txt"
#define PS_PLAIN "commands/sys_process/ps-plain.txt"
#define SYSCTL "commands/sys_kernel/sysctl.txt"
#define SYSCTL_PLAIN "commands/sys_kernel/sysctl-plain.txt"
#define BRIDGE_NF "files/proc/sys/net/bridge/bridge-nf-call-iptables"
#define BRCTL "commands/sys_net/brctl-show.txt"
#define BRIDGE_XM "commands/sys_net/network-bridge-status.txt"
#define DPKG "commands/sys_pkgs/dpkg.txt"
#define RPM "commands/sys_pkgs/rpm.txt"

/* What facts are made of.  from: for each fact the members that it is from. */
struct facts_in {
    const struct capture *captures;
    struct json_object *from;
};

/* As facts_captured. */
const char *facts_member(const struct facts_in *in, const char *member);
/* fact ("memory.total_kb", or "disks" for all below it) is from that member,
 * too.  member NULL: nothing. */
void facts_said(const struct facts_in *in, const char *fact,
                const char *member);
/* Of each member of the object o, which is the fact of that name, that nothing
 * was said of. */
void facts_rest_said(const struct facts_in *in, const char *name,
                     struct json_object *o, const char *member);

/* text NULL or "": nothing is put. */
void facts_put_text(struct json_object *o, const char *key, const char *text);
void facts_put_number(struct json_object *o, const char *key, uint64_t n);
/* The number at path of from, times unit; nothing if there is none. */
void facts_put_from(struct json_object *o, const char *key,
                    struct json_object *from, const char *path, uint64_t unit);
/* The value of "key : value" in a text of such lines; NULL if there is none; to
 * be freed. */
char *facts_line_value(const char *text, const char *key);
/* What follows begin, of the first line of text that begins so; NULL: no line
 * does, or text is NULL.  What stands later in a line is a value, and a guest
 * may have written it. */
const char *facts_after(const char *text, const char *begin);
/* The next line of *text, without its end; NULL at the end; to be freed. */
char *facts_next_line(const char **text);
/* The n-th word of a line from 0 on; NULL if it has fewer, or n is negative. */
const char *facts_word(const char *line, int n);
/* Where that column of ps is, in words, for facts_word; -1: there is none. */
int facts_ps_column(const char *header, const char *name);

/* An object that the member is the text of; NULL: none, or no object. */
struct json_object *facts_parse(const struct facts_in *in, const char *member);

/* facts_xen.c: what the hypervisor tells; info is that of its probe, or NULL.
 */
struct json_object *facts_xen(struct json_object *info,
                              const struct facts_in *in);
struct json_object *facts_memory(struct json_object *info,
                                 struct json_object *xen,
                                 const struct facts_in *in);
struct json_object *facts_cpus(struct json_object *info,
                               const struct facts_in *in);
/* facts_host.c: what dom0's kernel and tools tell, into facts. */
void facts_put_host(struct json_object *facts, const struct facts_in *in);
/* facts_domains.c: the domains; where they are from goes to xen.  devices may
 * be NULL. */
void facts_put_domains(struct json_object *facts, struct json_object *devices,
                       struct json_object *xen, const struct facts_in *in);
/* facts_devices.c: bridges, vifs, vbds, loop devices; devices may be NULL. */
void facts_put_devices(struct json_object *facts, struct json_object *devices,
                       const struct facts_in *in);

#endif
