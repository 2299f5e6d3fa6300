/* fuzz_cert.c: any bytes as a file of certificates. */
#include <stdint.h>
#include <stdlib.h>

#include "collector/base/cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t total;

static void name(void *arg, const char *text, size_t len, bool ca)
{
    (void)arg;
    for (size_t i = 0; i < len; i++)
        total += (unsigned char)text[i] + ca;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cert_names(data, size, name, NULL);
    return 0;
}
