/* pseudonym_spell.h: how else what was learned is spelled, as learned names. */
#ifndef XB_PSEUDONYM_SPELL_H
#define XB_PSEUDONYM_SPELL_H

#include "redact/pseudonym_names.h"

/* See pseudonyms_spell. */
void pseudonym_spell(const struct pseudonym_keys *keys,
                     struct names_known *names, const uint8_t *ip, size_t n);
/* Of the name at i, which was learned as the len bytes at text. */
void pseudonym_spell_name(struct names_known *k, size_t i, const char *text,
                          size_t len);

#endif
