/* pseudonym_spell.h: the spellings of one known address, as learned names. */
#ifndef XB_PSEUDONYM_SPELL_H
#define XB_PSEUDONYM_SPELL_H

#include "redact/pseudonym_names.h"

/* See pseudonyms_spell. */
void pseudonym_spell(const struct pseudonym_keys *keys,
                     struct names_known *names, const uint8_t *ip, size_t n);

#endif
