/* People and hosts that are known by the words before or behind them. */
#include <string.h>

#include "redact/pseudonym_hint.h"

static size_t name_end(const struct view *v, size_t i)
{
    size_t k = i;

    while (k - i < 64 && is(v, k, C_LOCAL) && v->d[k] != '%' && v->d[k] != '+')
        k++;
    while (k > i && !is(v, k - 1, C_ALNUM))
        k--;
    return k;
}

/* Whether the one backslash at i begins an escape, as in "alice\nNov". */
static bool is_escape(const struct view *v, size_t i)
{
    int c = at(v, i + 1);

    return (c == 'n' || c == 'r' || c == 't') &&
           !(at(v, i + 2) >= 'a' && at(v, i + 2) <= 'z');
}

/* "CORP\alice" of Active Directory, which sshd and JSON write with two: where
 * the name begins; i: it has no domain. */
static size_t behind_domain(const struct view *v, size_t i)
{
    size_t end = name_end(v, i), k = end;

    while (at(v, k) == '\\' && k - end < 4)
        k++;
    return k > end && end > i && is(v, k, C_ALNUM) &&
                   !(k == end + 1 && is_escape(v, end))
               ? k
               : i;
}

static size_t account_end(const struct view *v, size_t i)
{
    return name_end(v, behind_domain(v, i));
}

/* Puts what stands for i..end-1 into f, or it itself; true: it is something
 * else. */
static bool add_stand_in(const struct view *v, enum pseudonym_kind kind,
                         size_t i, size_t end, struct found *f)
{
    char stands[FOUND_MAX];
    size_t n = find_stand_in(v, kind, i, end - i, stands);

    found_add(f, n ? (const void *)stands : v->d + i, n ? n : end - i);
    return n > 0;
}

static bool put_user(const struct view *v, size_t i, struct found *f)
{
    size_t name = behind_domain(v, i), domain = name_end(v, i);
    bool changed = false;

    if (!is(v, i, C_ALNUM) || i < v->least)
        return false;
    f->start = i;
    f->end = name_end(v, name);
    f->n = 0;
    if (name > i) {
        changed = add_stand_in(v, PSEUDONYM_DOMAIN, i, domain, f);
        found_add(f, v->d + domain, name - domain);
    }
    return add_stand_in(v, PSEUDONYM_USER, name, f->end, f) || changed;
}

/* /home/NAME */
bool hint_home(const struct view *v, size_t i, size_t end, struct found *f)
{
    return i && v->d[i - 1] == '/' && at(v, end) == '/' &&
           put_user(v, end + 1, f);
}

/* What "user" stands before in prose: "for user space". */
static const char *const things[] = {"access",
                                     "accounts",
                                     "address",
                                     "addresses",
                                     "and",
                                     "applications",
                                     "authentication",
                                     "buffer",
                                     "code",
                                     "commands",
                                     "configuration",
                                     "configurations",
                                     "data",
                                     "display",
                                     "id",
                                     "ids",
                                     "input",
                                     "instance",
                                     "instances",
                                     "interface",
                                     "logins",
                                     "manager",
                                     "managers",
                                     "memory",
                                     "mode",
                                     "mutexes",
                                     "name",
                                     "names",
                                     "namespace",
                                     "or",
                                     "page",
                                     "pages",
                                     "password",
                                     "passwords",
                                     "pointer",
                                     "process",
                                     "processes",
                                     "programs",
                                     "record",
                                     "session",
                                     "sessions",
                                     "slice",
                                     "space",
                                     "specified",
                                     "stack",
                                     "string",
                                     "supplied",
                                     "tasks",
                                     "thread",
                                     "threads",
                                     "units",
                                     NULL};

static bool is_thing(const struct view *v, size_t i)
{
    char word[24];
    size_t n = 0;

    while (n < sizeof(word) - 1 && is(v, i + n, C_ALPHA)) {
        word[n] = (char)find_lower(v->d[i + n]);
        n++;
    }
    word[n] = '\0';
    return !is(v, i + n, C_LABEL) && find_in_list(word, things);
}

/* sshd: "User X from 10.0.0.5 not allowed", "User X not allowed". */
static bool is_not_allowed(const struct view *v, size_t i, size_t end)
{
    size_t k = account_end(v, end + 1);

    return i > 1 && v->d[i - 2] == ':' &&
           (hint_begins(v, k, " from ") || hint_begins(v, k, " not allowed"));
}

/* "for user X", "invalid user X", "of user X"; USER=X, user=<X>, unix-user:X;
 * "new user: name=X"; "user 'X' granted access" */
bool hint_user(const struct view *v, size_t i, size_t end, struct found *f)
{
    static const char *const before[] = {"for",  "invalid",        "of",
                                         "from", "authenticating", NULL};
    char word[24];

    if (at(v, end) == '=')
        return put_user(
            v, hint_skip_quote(v, end + 1 + (at(v, end + 1) == '<')), f);
    if (hint_begins(v, end, ": name="))
        return put_user(v, end + 7, f);
    if (at(v, end) == ':')
        return i > 4 && hint_begins(v, i - 5, "unix-") &&
               put_user(v, end + 1, f);
    if (hint_begins(v, end, " '"))
        return at(v, account_end(v, end + 2)) == '\'' &&
               put_user(v, end + 2, f);
    if (at(v, end) != ' ' || is_thing(v, end + 1))
        return false;
    if (!is_not_allowed(v, i, end) &&
        (!find_word_before(v, i, 1, word) || !find_in_list(word, before)))
        return false;
    return put_user(v, end + 1, f);
}

/* sshd: "Accepted publickey for X from", "gssapi-with-mic for X from", "maximum
 * authentication attempts exceeded for X from"; PAM: "password for [X]";
 * passwd: "password changed for X"; login: "on '/dev/tty1' FOR 'X'" */
bool hint_from(const struct view *v, size_t i, size_t end, struct found *f)
{
    static const char *const before[] = {
        "password", "publickey", "pam",      "none",        "hostbased",
        "mic",      "keyex",     "exceeded", "interactive", NULL};
    char word[24];
    size_t k = account_end(v, end + 1);

    if (hint_begins(v, end, " '") && i > 1 && v->d[i - 2] == '\'')
        return put_user(v, end + 2, f);
    if (at(v, end) == ' ' && i > 7 && hint_begins(v, i - 8, "changed "))
        return put_user(v, end + 1, f);
    if (hint_begins(v, end, " ["))
        return i > 8 && hint_begins(v, i - 9, "password ") &&
               put_user(v, end + 2, f);
    return at(v, end) == ' ' && find_word_before(v, i, 1, word) &&
           find_in_list(word, before) && at(v, k) == ' ' &&
           find_is_word(v, k + 1, "from") && put_user(v, end + 1, f);
}

/* "sudo:    X : TTY=", "sudo[12]:    X : TTY=" */
bool hint_sudo(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t k = end;

    (void)i;
    if (at(v, k) == '[')
        while (k < v->len && k - end < 12 && v->d[k] != ':')
            k++;
    if (at(v, k) != ':')
        return false;
    k = hint_skip_blanks(v, k + 1);
    end = account_end(v, k);
    return at(v, end) == ' ' && at(v, end + 1) == ':' && put_user(v, k, f);
}

/* su: "(to root) X on pts/0", "Successful su for root by X" */
bool hint_su(const struct view *v, size_t i, size_t end, struct found *f)
{
    if (i < 4)
        return false;
    return (hint_begins(v, i - 4, "(to ") && hint_begins(v, end, ") ") &&
            hint_begins(v, account_end(v, end + 2), " on ") &&
            put_user(v, end + 2, f)) ||
           (hint_begins(v, i - 4, "for ") && hint_begins(v, end, " by ") &&
            put_user(v, end + 4, f));
}

/* uid=1000(X), X(uid=1000) */
bool hint_uid(const struct view *v, size_t i, size_t end, struct found *f)
{
    unsigned long id = 0;
    size_t k = end + 1;

    if (at(v, end) != '=')
        return false;
    while (is(v, k, C_DIGIT) && k - end < 12)
        id = 10 * id + (unsigned long)(v->d[k++] - '0');
    if (id < 1000 || id == 65534)
        return false;
    if (at(v, k) == '(')
        return put_user(v, k + 1, f);
    if (!i || v->d[i - 1] != '(')
        return false;
    for (k = --i; k && i - k < 64 && is(v, k - 1, C_LOCAL);)
        k--;
    return name_end(v, k) == i && put_user(v, k, f);
}

/* last and w: "X      pts/0        10.0.0.5". */
bool hint_pts(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t k = i, start;

    if (at(v, end) != '/' && !is(v, end, C_BLANK))
        return false;
    while (k && i - k < 40 && v->d[k - 1] == ' ')
        k--;
    start = k;
    while (start && i - start < 80 && v->d[start - 1] != '\n' &&
           v->d[start - 1] != ' ')
        start--;
    if (k == i || start == k || (start && v->d[start - 1] != '\n'))
        return false;
    return account_end(v, start) == k && put_user(v, start, f);
}

/* "X      tty1                     Mon Nov 24": in columns, unlike prose. */
bool hint_tty(const struct view *v, size_t i, size_t end, struct found *f)
{
    return hint_begins(v, end, "  ") && hint_pts(v, i, end, f);
}

/* CRON[12]: (X) CMD (; crontab[12]: (X) LIST (X) */
bool hint_cmd(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t k;

    if (i < 4 || v->d[i - 1] != ' ' || v->d[i - 2] != ')')
        return false;
    for (k = i - 2; k && i - k < 40 && v->d[k - 1] != '('; k--)
        ;
    if (!k || v->d[k - 1] != '(' || account_end(v, k) != i - 2)
        return false;
    return put_user(v, k, f) ||
           (!find_is_word(v, i, "cmd") && hint_begins(v, end, " (") &&
            put_user(v, end + 2, f));
}

/* crontab[12]: (X) BEGIN EDIT (X), which prose might say in small letters. */
bool hint_crontab(const struct view *v, size_t i, size_t end, struct found *f)
{
    return v->d[i + 1] >= 'A' && v->d[i + 1] <= 'Z' && hint_cmd(v, i, end, f);
}

/* xapi's audit.log: 'S-1-5-21-1-2-3-500' 'CORP\\alice' 'ALLOWED' */
bool hint_sid(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t k = end;

    (void)i;
    while (k - end < 48 && (is(v, k, C_DIGIT) || at(v, k) == '-'))
        k++;
    return hint_begins(v, k, "' '") && at(v, account_end(v, k + 3)) == '\'' &&
           put_user(v, k + 3, f);
}

/* A host's name, with its domain if there is one. */
static bool put_host(const struct view *v, size_t i, struct found *f)
{
    size_t end = i, dot = 0, n;
    char domain[FOUND_MAX];

    while (end - i < NAME_LONGEST &&
           (is(v, end, C_LABEL) || at(v, end) == '.')) {
        if (v->d[end] == '.' && !dot)
            dot = end;
        end++;
    }
    while (end > i && !is(v, end - 1, C_ALNUM))
        end--;
    if (!dot || dot >= end)
        dot = end;
    if (i < v->least || !is(v, i, C_ALNUM))
        return false;
    f->start = i;
    f->end = dot;
    f->n = find_stand_in(v, PSEUDONYM_HOST, i, dot - i, f->text);
    if (dot == end)
        return f->n > 0;
    n = find_stand_in(v, PSEUDONYM_DOMAIN, dot + 1, end - dot - 1, domain);
    if (n) {
        if (f->n)
            found_add(f, ".", 1);
        else
            f->start = dot + 1;
        found_add(f, domain, n);
        f->end = end;
    }
    return f->n > 0;
}

/* "hostname: set to x": a word before others, nothing of which is a name's. */
static bool is_prose(const struct view *v, size_t i)
{
    while (at(v, i) >= 'a' && at(v, i) <= 'z')
        i++;
    return at(v, i) == ' ' && at(v, i + 1) >= 'a' && at(v, i + 1) <= 'z';
}

bool hint_hostname(const struct view *v, size_t i, size_t end, struct found *f)
{
    struct value_at a;

    if (i > 3 && hint_begins(v, i - 4, "set-")) /* of NetworkManager */
        return false;
    if (hint_begins(v, end, " \"")) /* of DHCP */
        return put_host(v, end + 2, f);
    /* hostname=dom$domid stands in a script. */
    return hint_value(v, end, false, &a) &&
           !(hint_begins(v, end, ": ") && is_prose(v, a.start)) &&
           put_host(v, a.start, f) && at(v, f->end) != '$' &&
           at(v, f->end) != '(';
}

bool hint_rhost(const struct view *v, size_t i, size_t end, struct found *f)
{
    (void)i;
    return at(v, end) == '=' && put_host(v, end + 1, f);
}

/* xl info: "host                   : X" */
bool hint_host(const struct view *v, size_t i, size_t end, struct found *f)
{
    if (i && v->d[i - 1] != '\n')
        return false;
    for (size_t k = 0; k < 10; k++)
        if (at(v, end + k) != ' ')
            return false;
    return hint_hostname(v, i, end, f);
}

/* uname -a: "Linux X 6.1.0 #1 SMP" */
bool hint_uname(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t k = end + 1;

    if (at(v, end) != ' ' || (i && v->d[i - 1] != '\n'))
        return false;
    while (k - end < 80 && (is(v, k, C_LABEL) || at(v, k) == '.'))
        k++;
    return at(v, k) == ' ' && is(v, k + 1, C_DIGIT) && put_host(v, end + 1, f);
}
