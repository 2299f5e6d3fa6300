#include "collector/send/credentials.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/yaml.h"
#include "collector/send/netrc.h"

#define MAX_SERVERS 256

struct file {
    struct credential *servers;
    unsigned n;
};

struct credentials {
    struct yamldoc *doc; /* NULL: no file */
    const struct file *file;
    struct netrc *netrc; /* NULL: no file */
};

static const cyaml_strval_t auths[] = {
    {"basic", AUTH_BASIC},
    {"bearer", AUTH_BEARER},
    {"header", AUTH_HEADER},
    {"query", AUTH_QUERY},
};

#define TEXT(name, member, max)                                                \
    CYAML_FIELD_STRING_PTR(name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,     \
                           struct credential, member, 1, max)

static const cyaml_schema_field_t server_fields[] = {
    CYAML_FIELD_STRING_PTR("host", CYAML_FLAG_POINTER, struct credential, host,
                           1, 300),
    TEXT("user", user, 256),
    TEXT("password", password, 1024),
    TEXT("api-key", api_key, 4096),
    TEXT("private-key", private_key, 65536),
    TEXT("passphrase", passphrase, 1024),
    CYAML_FIELD_ENUM("auth", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT,
                     struct credential, auth, auths, 4),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t server = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct credential, server_fields)};

static const cyaml_schema_field_t fields[] = {
    CYAML_FIELD_SEQUENCE_COUNT("servers", CYAML_FLAG_POINTER, struct file,
                               servers, n, &server, 0, MAX_SERVERS),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file, fields)};

static const char *path_of(const struct job *job, const char *role)
{
    for (size_t i = 0; i < job->n_files; i++)
        if (!strcmp(job->files[i].role, role))
            return job->files[i].path;
    return "";
}

int credentials_load(const struct job *job, struct credentials **out,
                     struct err *err)
{
    struct credentials *c = xcalloc(1, sizeof(*c));
    struct buf text = BUF_INIT;
    int rc = 0;

    if (job_read_file(job, "credentials", &text))
        rc = yamldoc_load(path_of(job, "credentials"), buf_str(&text), text.len,
                          &schema, &c->doc, err);
    if (!rc && c->doc)
        c->file = yamldoc_data(c->doc);
    buf_reset(&text);
    if (!rc && job_read_file(job, "netrc", &text))
        rc = netrc_load(path_of(job, "netrc"), buf_str(&text), &c->netrc, err);
    if (text.data)
        explicit_bzero(text.data, text.cap);
    buf_done(&text);
    if (rc)
        credentials_free(c);
    *out = rc ? NULL : c;
    return rc;
}

void credentials_free(struct credentials *c)
{
    if (!c)
        return;
    yamldoc_free(c->doc);
    netrc_free(c->netrc);
    free(c);
}

static bool host_fits(const char *entry, const char *host, unsigned port)
{
    size_t n = strlen(host);

    if (strncasecmp(entry, host, n))
        return false;
    return !entry[n] ||
           (entry[n] == ':' && port == strtoul(entry + n + 1, NULL, 10));
}

const struct credential *credentials_find(const struct credentials *c,
                                          const char *host, unsigned port,
                                          const char *user)
{
    for (unsigned i = 0; c->file && i < c->file->n; i++) {
        const struct credential *s = &c->file->servers[i];

        if (host_fits(s->host, host, port) &&
            (!user || !s->user || !strcmp(user, s->user)))
            return s;
    }
    return c->netrc ? netrc_find(c->netrc, host, user) : NULL;
}
