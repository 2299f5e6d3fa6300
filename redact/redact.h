/* redact.h: a stage that hides secrets.
 *
 * struct redact_rules is the compiled rule set with the key: made once, never
 * changed, shared by all threads.  struct redactor is one stream: bytes in,
 * bytes out to the next sink, identical however the input is cut, in bounded
 * memory whatever the length of lines and values.
 *
 * A secret becomes [REDACTED:rule:token] (docs/BUNDLE.md has the grammar);
 * equal secrets get equal tokens.  What cannot be scanned is replaced line by
 * line with [REDACTED:unscannable:N], N the bytes that went. */
#ifndef XB_REDACT_H
#define XB_REDACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/base/sink.h"

#define REDACT_KEY_SIZE 32
#define REDACT_KEY_ID_SIZE 17 /* 16 hex digits and NUL */

enum redact_engine {
    REDACT_ENGINE_AUTO, /* what is fastest: PCRE2 over our own table of words */
    REDACT_ENGINE_CHECK, /* the other one, where it can serve */
    REDACT_ENGINE_PCRE2,
    REDACT_ENGINE_HS
};

struct redact_opts {
    enum redact_engine engine;
    uint8_t key[REDACT_KEY_SIZE];
    /* Replay: well-formed tokens in the input are left as they stand.
     * Otherwise they are redacted again. */
    bool keep_tokens;
    /* With it: a value is none that holds such a token, see again.h. */
    bool around_tokens;
    /* What no rule can look through passes: whoever uses these rules sees to it
     * with embedded.h. */
    bool bare;
    size_t window; /* bytes looked at at once; 0: the usual number */
};

struct redact_rules;
struct pseudonyms;

/* 0, or negative with the rule, file and line that is wrong. */
int redact_rules_new(const struct redact_opts *opts, struct redact_rules **out,
                     struct err *err);
void redact_rules_free(struct redact_rules *rules);

/* The same rules with keep_tokens: for texts of our own, which are made of what
 * was redacted once.  Must be freed before rules. */
struct redact_rules *redact_rules_keeping(const struct redact_rules *rules);

/* From now on all streams of these rules (not of those that keep tokens) pass
 * on pseudonyms in place of names and addresses, too: pseudonym.h.  Before the
 * first stream; p is owned then. */
void redact_rules_pseudonyms(struct redact_rules *rules, struct pseudonyms *p);

/* "pcre2", "hs". */
const char *redact_rules_engine(const struct redact_rules *rules);
/* Why libhs does not serve although it could in this build; or NULL. */
const char *redact_rules_no_hs(const struct redact_rules *rules);
/* SHA-256 over the rules in force, 64 hex digits: the manifest's version. */
const char *redact_rules_digest(const struct redact_rules *rules);
/* Rules known, those that are switched off included; and those in force. */
size_t redact_rules_count(const struct redact_rules *rules);
size_t redact_rules_in_force(const struct redact_rules *rules);
/* Name of rule i, 0 <= i < count. "unscannable" is none of them. */
const char *redact_rule_name(const struct redact_rules *rules, size_t i);
/* What tells keys apart without telling the key. */
void redact_key_id(const uint8_t key[REDACT_KEY_SIZE],
                   char out[REDACT_KEY_ID_SIZE]);

struct redactor;

/* A stage in front of next.  close and free go on to next; see sink.h. */
struct redactor *redactor_new(const struct redact_rules *rules,
                              struct sink *next);
struct sink *redactor_sink(struct redactor *r);

/* Before the first write: the first lead bytes of input are scanned but not
 * passed on, and output begins after the first newline at or behind them that
 * is no part of a value (so a kept tail starts at a line); behind a blank or CR
 * where 64 KiB go by without one. */
void redactor_lead(struct redactor *r, uint64_t lead);

/* Before the first write: see pseudonymizer_keep_keys. */
void redactor_keep_keys(struct redactor *r);

/* Counts so far: hits[i] for rule i. */
const uint64_t *redactor_hits(const struct redactor *r);
uint64_t redactor_hits_total(const struct redactor *r);
uint64_t redactor_unscannable(const struct redactor *r);
/* What no rule can look through, which was left out: what all of the stream is
 * ("a zip archive"; NULL: no such thing), known when so much came out as tells,
 * and how often such a thing began within it.  These count as unscannable. */
const char *redactor_opaque(const struct redactor *r);
uint64_t redactor_embedded(const struct redactor *r);
/* Pseudonyms that were put in; all of them once the stream is closed. */
uint64_t redactor_pseudonyms(const struct redactor *r);
/* Newlines in what was replaced so far, so that whoever counts those of the
 * output knows the line of the input. */
uint64_t redactor_lines_gone(const struct redactor *r);

/* A short text in one call, appended to out; of JSON with its keys kept. */
void redact_json(const struct redact_rules *rules, const char *text, size_t len,
                 struct buf *out);
void redact_text(const struct redact_rules *rules, const char *text, size_t len,
                 struct buf *out);

/* A command's arguments, each to a new string in out[i]; an option says what
 * the one behind it is. */
void redact_args(const struct redact_rules *rules, const char *const *argv,
                 size_t n, char **out);

/* Length of the well-formed token at text, 0 if there is none. */
size_t redact_token_len(const char *text, size_t len);

#endif
