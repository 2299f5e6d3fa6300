#include "collector/base/hs.h"

#ifndef REDACT_NO_HS
#include <hs/hs_common.h>

bool hs_usable(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("sse4.2"))
        return false;
#endif
    return hs_valid_platform() == HS_SUCCESS;
}

#else

bool hs_usable(void)
{
    return false;
}

#endif
