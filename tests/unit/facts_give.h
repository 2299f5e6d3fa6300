/* facts_give.h: members for facts, and what they are to be. */
#ifndef XB_FACTS_GIVE_H
#define XB_FACTS_GIVE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/facts.h"
#include "collector/base/facts_get.h"

static inline void give(struct capture *c, const char *member, const char *text)
{
    for (; c->member; c++)
        if (!strcmp(c->member, member)) {
            capture_add(c, text, strlen(text));
            return;
        }
    fail_msg("%s is not asked for", member);
}

static inline void is(struct json_object *doc, const char *path,
                      const char *want)
{
    assert_string_equal(facts_text(doc, path), want);
}

#endif
