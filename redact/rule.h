/* rule.h: a redaction rule as data.
 *
 * A rule is an anchor (anchor.h says which regular expressions are allowed) and
 * the form of the value that follows it.  If the anchor has a group, the value
 * begins where the group begins, else where the anchor ends.  What stands
 * before the value is passed on as it is.  The built-in table is made from
 * redact/rules/ at build time by redact/gen/. */
#ifndef XB_REDACT_RULE_H
#define XB_REDACT_RULE_H

#include <stddef.h>
#include <stdint.h>

#include "redact/anchor.h"

#define RULE_NAME_MAX 32

/* One line per form: enum suffix and name in rule files.  Where a form takes
 * an unquoted value, a value that begins with a quote is read as quoted. */
#define VALUE_FORMS(X)                                                         \
    X(QUOTED, "quoted")         /* "S", 'S', \"S\" with escapes */             \
    X(AUTO, "auto")             /* quoted, or a word in running text */        \
    X(BLANK, "blank")           /* up to a blank */                            \
    X(COMMA, "comma")           /* up to a comma or blank; ",," is a comma */  \
    X(ITEM, "item")             /* in a quoted list: up to comma or its end */ \
    X(INSIDE, "inside")         /* to the end of a string begun before */      \
    X(LINE, "line")             /* to the end of the line */                   \
    X(SEXPR, "sexpr")           /* an atom of an S-expression */               \
    X(LIST, "list")             /* quoted ones, up to the end of their list */ \
    X(FLOW, "flow")             /* up to the ] of a list without quotes */     \
    X(YAML, "yaml")             /* a line, and those that it goes on in */     \
    X(XML_ATTR, "xml-attr")     /* quoted, with entities */                    \
    X(XML_TEXT, "xml-text")     /* up to the next tag, or CDATA */             \
    X(XML_QUOTED, "xml-quoted") /* quoted by ' \" or &apos; &quot; as text */  \
    X(XAPI, "xapi")             /* a string of a xapi database row */          \
    X(ESCAPED_LINE, "escaped-line") /* a line inside of a string */            \
    X(YAML_BLOCK, "yaml-block")     /* the lines below "key: |" */             \
    X(ROWS, "rows")         /* of a table, up to a line that is none */        \
    X(USERINFO, "userinfo") /* the password of a URL, up to its @ */           \
    X(DSN, "dsn")           /* of USER:S@tcp(HOST), up to that @ */            \
    X(QUERY, "query")       /* of a URL's query, up to & or # */               \
    X(SEMI, "semi")         /* of a connection string, up to a ; */            \
    X(BLOCK, "block")       /* the lines between BEGIN and END of PEM */       \
    X(TOKEN, "token")       /* a token of ours */                              \
    X(WORD, "word")         /* letters, digits, -, _ and . between them */     \
    X(BASE64, "base64")     /* and + / = and %XX */                            \
    X(HASH, "hash")         /* of a password: and . / + = $ */

enum value_form {
#define X(id, text) FORM_##id,
    VALUE_FORMS(X)
#undef X
        FORM_COUNT
};

/* text must match; goes is the part of it that is replaced. */
struct rule_example {
    const char *text;
    const char *goes;
};

struct redact_rule {
    const char *name; /* [a-z][a-z0-9-]{0,31} */
    const char *anchor;
    enum value_form form;
    const struct rule_example *match; /* ends with a NULL text */
    const char *const *keep;          /* must not change; ends with NULL */
    const char *why;                  /* what it is for, in a sentence */
    const char *file;                 /* where it stands */
};

/* Generated. */
extern const struct redact_rule redact_builtin[];
extern const size_t redact_builtin_count;
/* Of each its anchor, as anchor_parse reads it. */
extern const struct anchor redact_builtin_anchor[];
/* libhs database over the words of the anchors; length 0: none. */
extern const unsigned char redact_builtin_hs[];
extern const size_t redact_builtin_hs_len;

#endif
