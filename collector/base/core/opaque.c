/* Sources: file(1)'s magic, and of each format its own description.  Nearly all
 * have a byte among these that no text has; where few do, more is asked. */
#include "collector/base/core/opaque.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "collector/base/core/deflate.h"
#include "collector/base/core/str.h"

/* So much text in a row is in none of what is packed: who prints the begin of
 * an archive into a log must not have the rest of it left out. */
#define TEXT_RUN 256u
/* In so many bytes a PDF has its first object. */
#define PDF_LOOK 128u

static bool has_text(const uint8_t *p, size_t n)
{
    size_t run = 0;

    for (size_t i = 0; i < n && run < TEXT_RUN; i++)
        run = str_is_text(p[i]) ? run + 1 : 0;
    return run == TEXT_RUN;
}

bool opaque_zlib_head(uint8_t method, uint8_t flags)
{
    return (method & 0x0f) == 8 && method < 0x80 && !(flags & 0x20) &&
           (method << 8 | flags) % 31 == 0;
}

bool opaque_zlib(const uint8_t *p, size_t n)
{
    bool text = true;

    /* RFC 1950: deflate, its window, no dictionary, and a sum. */
    if (n < 3 || !opaque_zlib_head(p[0], p[1]))
        return false;
    for (size_t i = 2; i < n && i < OPAQUE_ZLIB; i++)
        text = text && str_is_text(p[i]);
    return !text && deflate_begins(p + 2, n - 2);
}

static bool zip(const uint8_t *p, size_t n)
{
    /* APPNOTE 4.3.7: the version that is needed is below 6.4, on any system. */
    return n < 6 || (p[4] < 64 && p[5] < 32);
}

/* ISO 32000: its objects tell, however much text they are; their strings are
 * in pieces and codes of their own. */
static bool pdf(const uint8_t *p, size_t n)
{
    if (n < 8 || (p[5] != '1' && p[5] != '2') || p[6] != '.')
        return false;
    for (size_t i = 8; i + 4 < n && i < PDF_LOOK; i++)
        if (!memcmp(p + i, " obj", 4))
            return true;
    return !has_text(p, n);
}

static bool sqlite_wal(const uint8_t *p, size_t n)
{
    return n >= 4 && (p[3] == 0x82 || p[3] == 0x83);
}

static bool elf_core(const uint8_t *p, size_t n)
{
    return n >= 18 && p[p[5] == 2 ? 17 : 16] == 4; /* ET_CORE */
}

static bool qemu_save(const uint8_t *p, size_t n)
{
    return n >= 8 && !p[4] && !p[5] && !p[6]; /* its version, a small one */
}

static const struct format {
    const char *what, *magic;
    size_t at, len;
    bool (*more)(const uint8_t *p, size_t n);
    bool packed; /* it holds no text in a row */
} formats[] = {
    {"a zip archive", "PK\3\4", 0, 4, zip, true},
    {"a zip archive", "PK\5\6", 0, 4, NULL, false}, /* an empty one */
    {"a 7z archive", "7z\274\257\47\34", 0, 6, NULL, true},
    {"a rar archive", "Rar!\32\7", 0, 6, NULL, true},
    {"a cab archive", "MSCF\0\0\0\0", 0, 8, NULL, true},
    {"a xar archive", "xar!\0", 0, 5, NULL, true},
    {"an rpm package", "\355\253\356\333", 0, 4, NULL, false},
    {"a squashfs image", "hsqs", 0, 4, qemu_save, false},
    {"lzop's compression", "\211LZO\0\r\n\32\n", 0, 9, NULL, true},
    {"lzip's compression", "LZIP\1", 0, 5, NULL, true},
    {"lrzip's compression", "LRZI\0", 0, 5, NULL, true},
    {"snappy's compression", "\377\6\0\0sNaPpY", 0, 10, NULL, true},
    {"zlib's compression", "", 0, 0, opaque_zlib, true},
    {"a git pack", "PACK\0\0\0", 0, 7, NULL, true},
    {"an SQLite database", "SQLite format 3\0", 0, 16, NULL, false},
    {"an SQLite journal", "\331\325\5\371\40\241\143\327", 0, 8, NULL, false},
    {"an SQLite journal", "7\177\6", 0, 3, sqlite_wal, false},
    {"a TDB database", "TDB file\n", 0, 9, NULL, false},
    {"a GDBM database", "\316\232\127\23", 0, 4, NULL, false},
    {"a GDBM database", "\315\232\127\23", 0, 4, NULL, false},
    {"a GDBM database", "\317\232\127\23", 0, 4, NULL, false},
    {"a GDBM database", "\320\232\127\23", 0, 4, NULL, false},
    {"a GDBM database", "\321\232\127\23", 0, 4, NULL, false},
    {"a GDBM database", "\23\127\232", 0, 3, NULL, false},
    {"a Berkeley database", "\142\61\5\0", 12, 4, NULL, false},
    {"a Berkeley database", "\0\5\61\142", 12, 4, NULL, false},
    {"a Berkeley database", "\141\25\6\0", 12, 4, NULL, false},
    {"a Berkeley database", "\0\6\25\141", 12, 4, NULL, false},
    {"an LMDB database", "\336\300\357\276", 16, 4, NULL, false},
    {"a systemd journal", "LPKSHHRH", 0, 8, NULL, false},
    {"a Windows event log", "ElfFile\0", 0, 8, NULL, false},
    {"a PDF document", "%PDF-", 0, 5, pdf, false},
    {"a Java key store", "\376\355\376\355\0\0\0", 0, 7, NULL, false},
    {"a LUKS header", "LUKS\272\276", 0, 6, NULL, false},
    {"an image of memory", "\177ELF", 0, 4, elf_core, false},
    {"an image of memory", "KDUMP   ", 0, 8, NULL, false},
    {"an image of memory", "XenSavedDomain", 0, 14, NULL, false},
    {"an image of memory", "QEVM", 0, 4, qemu_save, false},
    {"a disk image", "QFI\373", 0, 4, NULL, false},
    {"a disk image", "KDMV", 0, 4, qemu_save, false},
    {"a disk image", "vhdxfile", 0, 8, NULL, false},
    {"a disk image", "conectix\0", 0, 9, NULL, false},
    {"text in UTF-32", "\377\376\0\0", 0, 4, NULL, false},
    {"text in UTF-32", "\0\0\376\377", 0, 4, NULL, false},
};

/* Without its mark: eight characters of text in a row, three of four bytes
 * NUL. */
static bool is_utf32(const uint8_t *p, size_t n)
{
    size_t at = n && !*p ? 3 : 0;

    if (n < 32)
        return false;
    for (size_t i = 0; i < 32; i++)
        if (i % 4 == at ? !str_is_text(p[i]) : p[i] != 0)
            return false;
    return true;
}

const char *opaque_format(const void *head, size_t n)
{
    const uint8_t *p = head;

    if (!n)
        return NULL;
    if (n > OPAQUE_HEAD)
        n = OPAQUE_HEAD;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        const struct format *f = &formats[i];

        if (n >= f->at + f->len && !memcmp(p + f->at, f->magic, f->len) &&
            (!f->more || f->more(p, n)) && !(f->packed && has_text(p, n)))
            return f->what;
    }
    return is_utf32(p, n) ? "text in UTF-32" : NULL;
}
