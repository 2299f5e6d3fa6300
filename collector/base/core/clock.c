#include "collector/base/core/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec ts = {0, 0};

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_mono_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_real_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

char *clock_iso(int64_t real_ms, char out[CLOCK_ISO_SIZE])
{
    time_t t = (time_t)(real_ms / 1000);
    struct tm tm;
    size_t n;

    if (!gmtime_r(&t, &tm))
        memset(&tm, 0, sizeof(tm));
    n = strftime(out, CLOCK_ISO_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + n, CLOCK_ISO_SIZE - n, ".%03dZ", (int)(real_ms % 1000));
    return out;
}

int clock_parse_iso(const char *s, int64_t *real_ms_out)
{
    struct tm tm;
    int ms = 0, used = 0;

    memset(&tm, 0, sizeof(tm));
    if (sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &tm.tm_year, &tm.tm_mon,
               &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms,
               &used) != 7 ||
        s[used] || used != 24)
        return -EINVAL;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *real_ms_out = (int64_t)timegm(&tm) * 1000 + ms;
    return 0;
}

char *clock_stamp(int64_t real_ms, char out[CLOCK_STAMP_SIZE])
{
    time_t t = (time_t)(real_ms / 1000);
    struct tm tm;

    if (!gmtime_r(&t, &tm))
        memset(&tm, 0, sizeof(tm));
    strftime(out, CLOCK_STAMP_SIZE, "%Y%m%dT%H%M%SZ", &tm);
    return out;
}
