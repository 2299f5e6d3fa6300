/* The look is that of tools/xenstore/xenstore_client.c, do_ls() with -f and -p:
 * people know it, and what reads the one can read the other. */
#include "collector/probe/store_text.h"

#include <string.h>

static void add_escaped(struct out *o, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        static const char named[] = "\tt\nn\rr\\\\";
        unsigned char c = (unsigned char)s[i];
        const char *p = NULL;

        for (const char *q = named; *q && !p; q += 2)
            if (*q == (char)c)
                p = q;
        if (p) {
            out_addc(o, '\\');
            out_addc(o, p[1]);
        } else if (c >= ' ' && c <= '~') {
            out_addc(o, (char)c);
        } else {
            out_addf(o, c < 8 ? "\\%03o" : "\\x%02x", c);
        }
    }
}

static void add_permission(struct out *o, const struct xs_permissions *p)
{
    static const char letters[] = {
        [XS_PERM_NONE] = 'n',
        [XS_PERM_READ] = 'r',
        [XS_PERM_WRITE] = 'w',
        [XS_PERM_READ | XS_PERM_WRITE] = 'b',
    };

    out_addc(o, letters[p->perms & (XS_PERM_READ | XS_PERM_WRITE)]);
    out_addf(o, "%u", p->id);
}

void store_line(struct out *o, const char *path, const char *value, size_t len,
                const struct xs_permissions *perms, unsigned n_perms)
{
    add_escaped(o, path, strlen(path));
    if (value) {
        out_adds(o, " = \"");
        add_escaped(o, value, len);
        out_adds(o, "\" ");
    } else {
        out_addc(o, ':');
    }
    if (n_perms) {
        out_adds(o, "  (");
        for (unsigned i = 0; i < n_perms; i++) {
            if (i)
                out_addc(o, ',');
            add_permission(o, perms + i);
        }
        out_addc(o, ')');
    }
    out_addc(o, '\n');
}
