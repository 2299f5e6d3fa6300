/* bz2_huffman.h: the prefix codes of a bzip2 block.
 *
 * The symbols are coded in groups of 50, each with one of two to six tables.
 * The tables are found by turns: each group takes the table that codes it
 * shortest, then each table is made anew for the groups that took it. */
#ifndef XB_BZ2_HUFFMAN_H
#define XB_BZ2_HUFFMAN_H

#include <stddef.h>
#include <stdint.h>

#define BZ2_SYMBOLS_MAX 258u /* 256 places, RUNA for place 0, RUNB, the end */
#define BZ2_GROUP 50u
#define BZ2_TABLES_MAX 6u
#define BZ2_SELECTORS_MAX 18002u
/* What bzip2 itself writes; readers take up to 20. */
#define BZ2_LENGTH_MAX 17u

struct bz2_tables {
    unsigned n_tables, n_symbols, n_selectors;
    uint8_t length[BZ2_TABLES_MAX][BZ2_SYMBOLS_MAX];
    uint8_t selector[BZ2_SELECTORS_MAX];
};

/* Makes the tables for n symbols at s, all below n_symbols and among them the
 * last one; freq says how often each occurs. */
void bz2_tables_make(struct bz2_tables *t, const uint16_t *s, size_t n,
                     const uint32_t *freq, unsigned n_symbols);

/* Code lengths of at most BZ2_LENGTH_MAX; a symbol that does not occur gets
 * one too. */
void bz2_code_lengths(const uint32_t *freq, unsigned n, uint8_t *length);

/* The codes that the lengths stand for. */
void bz2_codes(const uint8_t *length, unsigned n, uint32_t *code);

#endif
