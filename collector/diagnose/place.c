/* The forms: "RIP: 0010:func+0x1/0x2 [module]", "RIP: e030:[<a>]  [<a>] func+",
 * "EIP is at func+", "IP: [<a>] :module:func+", "PC is at func+", "pc : func+",
 * Xen's "RIP:    e008:[<a>] func+" and "[<a>] func+0x1/0x2 (PC)"; of a trace
 * "[<a>] ? func+", " func+0x1/0x2", "[<a>] R func+". */
#include "collector/diagnose/place.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/diagnose/speaker.h"

#define CALLERS 3u
#define NAME_MAX_ 80u

struct name {
    const char *p;
    size_t n;
};

struct place {
    struct name function, module, process;
    struct name caller[CALLERS];
    size_t n_callers;
};

/* Functions that every trace goes through, and that tell nothing. */
static const char *const passed[] = {
    "dump_stack",
    "show_stack",
    "show_regs",
    "panic",
    "__warn",
    "warn_slowpath",
    "report_bug",
    "handle_bug",
    "exc_",
    "asm_exc",
    "do_trap",
    "do_invalid_op",
    "invalid_op",
    "error_entry",
    "page_fault",
    "do_page_fault",
    "async_page",
    "general_prot",
    "__die",
    "die",
    "oops_end",
    "no_context",
    "bad_area",
    "nmi_",
    "ret_from_",
    "kthread",
    "entry_SYSCALL",
    "do_syscall",
    "x64_sys",
    "worker_thread",
    "process_one_work",
    "dump_trace",
    "xen_hypercall",
    "srso_",
    "retint",
    "common_interrupt",
    "kernel_thread",
    "irq_exit",
    "check_events",
    "child_rip",
    "do_int3",
    "bust_spin",
    "start_kernel",
    "i386_start",
    "dump_execution",
    "watchdog_timer",
    "vpanic",
    "kdb_",
    "db_trace",
    "trap_fatal",
    "trap_pfault",
    "calltrap",
    "kern_assert",
    "fork_exit",
    "fork_trampoline",
};

static bool is_passed(struct name f)
{
    for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
        size_t n = strlen(passed[i]);

        if (f.n >= n && !memcmp(f.p, passed[i], n))
            return true;
    }
    return false;
}

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || strchr("_.#$", c ? c : ' ');
}

static bool has(const char *p, size_t n, const char *word)
{
    return memmem(p, n, word, strlen(word));
}

/* The name in front of the line's first "+0x", and of the module behind it. */
static struct name function_of(const char *line, size_t len,
                               struct name *module)
{
    const char *plus = memmem(line, len, "+0x", 3), *p = plus, *end;
    struct name none = {NULL, 0};

    if (!plus)
        return none;
    while (p > line && in_name(p[-1]))
        p--;
    if (plus - p < 2 || plus - p > (long)NAME_MAX_ ||
        isdigit((unsigned char)*p))
        return none;
    *module = none;
    if (p > line && p[-1] == ':') { /* ":module:function" */
        const char *from = p - 1;

        while (from > line && in_name(from[-1]))
            from--;
        if (from > line && from[-1] == ':' && from < p - 1 &&
            !isdigit((unsigned char)*from))
            *module = (struct name){from, (size_t)(p - 1 - from)};
    }
    end = memchr(plus, '[', len - (size_t)(plus - line));
    if (end && end[-1] == ' ') {
        const char *close = memchr(end, ']', len - (size_t)(end - line));

        if (close && isalpha((unsigned char)end[1]))
            *module = (struct name){end + 1, (size_t)(close - end) - 1};
    }
    return (struct name){p, (size_t)(plus - p)};
}

static bool is_pointer(const char *line, const char *function)
{
    size_t n = (size_t)(function - line);

    return has(line, n, "IP: ") || has(line, n, "RIP:") ||
           has(line, n, "IP is at") || has(line, n, "PC is at") ||
           has(line, n, "pc : ") || has(line, n, "PC: ");
}

static struct name process_of(const char *line, size_t len)
{
    const char *p = memmem(line, len, "omm: ", 5), *end;

    if (p) {
        p += 5;
    } else {
        p = memmem(line, len, "Process ", 8);
        if (!p || !has(line, len, " (pid: "))
            return (struct name){NULL, 0};
        p += 8;
    }
    for (end = p; end < line + len && *end != ' '; end++)
        ;
    return (struct name){p, (size_t)(end - p)};
}

static void look_at(struct place *o, const char *line, size_t len)
{
    struct name module, f = function_of(line, len, &module),
                        process = process_of(line, len);
    const char *rest = f.p ? f.p + f.n : NULL;

    if (process.n && !o->process.n)
        o->process = process;
    if (!f.p)
        return;
    if (!o->function.p && (is_pointer(line, f.p) ||
                           has(rest, (size_t)(line + len - rest), "(PC)"))) {
        o->function = f;
        o->module = module;
        o->n_callers = 0; /* they are of a trace before */
        return;
    }
    if (is_pointer(line, f.p) || is_passed(f) ||
        has(line, (size_t)(f.p - line), "? ") || o->n_callers == CALLERS ||
        (o->function.p && f.n == o->function.n &&
         !memcmp(f.p, o->function.p, f.n)))
        return;
    o->caller[o->n_callers++] = f;
}

static void add(struct buf *b, struct name n)
{
    buf_add(b, n.p, n.n);
}

static char *said(struct place *o)
{
    struct buf b = BUF_INIT;
    size_t i = 0;

    if (!o->function.p && o->n_callers)
        o->function = o->caller[i++];
    if (!o->function.p)
        return NULL;
    add(&b, o->function);
    if (o->module.n) {
        buf_adds(&b, " [");
        add(&b, o->module);
        buf_adds(&b, "]");
    }
    for (size_t k = i; k < o->n_callers; k++) {
        buf_adds(&b, k == i ? ", called by " : ", ");
        add(&b, o->caller[k]);
    }
    if (o->process.n) {
        buf_adds(&b, ", process ");
        add(&b, o->process);
    }
    return buf_take(&b);
}

static void look_from(const struct reason_text *t, size_t at, bool guest,
                      struct place *o)
{
    while (at < t->len) {
        const char *line = t->text + at, *end = memchr(line, '\n', t->len - at);
        size_t n = (end ? (size_t)(end - t->text) : t->len) - at;

        if (at > t->at && has(line, n, "end trace"))
            return;
        if (reason_is_guests(line, n) == guest &&
            speaker_of(line, n) != SPEAKER_OTHER)
            look_at(o, line, n);
        at += n + 1;
    }
}

/* What Xen panicked for stands below "Panic on CPU 0:"; NULL: it is no such
 * line. */
static char *panic_of(const struct reason_text *t)
{
    const char *line = t->text + t->at, *end = t->text + t->len, *next;
    char *said;

    next = memchr(line, '\n', (size_t)(end - line));
    if (!next || !has(line, (size_t)(next - line), "anic on CPU "))
        return NULL;
    line = next + 1;
    next = memchr(line, '\n', (size_t)(end - line));
    said = reason_said(line, (size_t)((next ? next : end) - line));
    if (*said && *said != '*')
        return said;
    free(said);
    return NULL;
}

/* A panic of Xen comes behind its trace. */
char *place_near(const struct reason_text *t)
{
    struct place o = {0};
    char *panic, *where, *both;
    bool guest = reason_is_guests(t->text + t->at, t->len - t->at);

    look_from(t, t->at, guest, &o);
    if (!o.function.p && !o.n_callers)
        look_from(t, 0, guest, &o);
    panic = panic_of(t);
    where = said(&o);
    if (!panic)
        return where;
    both = where ? xasprintf("%s, in %s", panic, where) : xstrdup(panic);
    free(where);
    free(panic);
    return both;
}
