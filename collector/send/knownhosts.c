#include "collector/send/knownhosts.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

static const char blanks[] = " \t";

/* Hosts, the kind of key, the key, a comment. */
static bool is_known(const char *line, size_t n)
{
    static const char *const kinds[] = {"ssh-ed25519", "ssh-rsa", "ssh-dss",
                                        "ecdsa-sha2-nistp"};
    const char *end = line + n, *kind = line + strcspn(line, " \t\n");

    if (!n || *line == '#' || *line == '@')
        return false;
    while (kind < end && strchr(blanks, *kind))
        kind++;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if ((size_t)(end - kind) > strlen(kinds[i]) + 20 &&
            str_starts(kind, kinds[i]))
            return true;
    return false;
}

void knownhosts_filter(const char *text, struct buf *out)
{
    while (*text) {
        size_t n;

        text += strspn(text, " \t\r\n");
        n = strcspn(text, "\r\n");
        if (is_known(text, n)) {
            buf_add(out, text, n);
            buf_addc(out, '\n');
        }
        text += n;
    }
}

char *knownhosts_fingerprint(const void *key, size_t len)
{
    unsigned char sum[SHA256_DIGEST_LENGTH];
    char text[4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1];

    SHA256(key, len, sum);
    EVP_EncodeBlock((unsigned char *)text, sum, sizeof(sum));
    text[strcspn(text, "=")] = '\0';
    return xasprintf("SHA256:%s", text);
}
