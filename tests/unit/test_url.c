/* test_url.c: which URLs are refused, with which words, and how they are shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include <cmocka.h>

#include "collector/base/core/url.h"

static void test_refused(void **state)
{
    static const struct {
        const char *url, *says;
    } t[] = {
        {"", "is no URL"},
        {"example.org", "is no URL"},
        {"://x", "is no URL"},
        {"http://example.org/", "anyone on the way"},
        {"ftp://example.org/", "use ftp+tls://"},
        {"scp://example.org/", "use sftp://"},
        {"HTTPS://example.org/", "is no way to send"},
        {"httpss://example.org/", "there are https, "},
        {"file:///etc/passwd", "is no way to send"},
        {"https:example.org", "// is missing"},
        {"https://", "names no host"},
        {"https:///path", "names no host"},
        {"https://joe@/path", "names no host"},
        {"https://joe:pw@example.org/", "every user of this host"},
        {"sftp://a@b:c@example.org/", "every user of this host"},
        {"https://example.org/a b", "neither blanks"},
        {"https://example.org/\n", "neither blanks"},
        {"https://example.org/\xc3\xa4", "neither blanks"},
        {"mailto:", "names no address"},
        {"mailto:xen-users?subject=a", "names no address"},
        {"bugzilla+https://bugs.example.org", "names no bug"},
        {"bugzilla+https://bugs.example.org/", "names no bug"},
        {"bugzilla+https://bugs.example.org/x/?product=a", "names no bug"},
        {"https://bugs.example.org/show_bug.cgi?id=42", "a bug's page"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        struct err err = ERR_INIT;

        assert_int_equal(url_check(t[i].url, &err), -EINVAL);
        if (!strstr(err.text, t[i].says))
            fail_msg("'%s': '%s' is not in '%s'", t[i].url, t[i].says,
                     err.text);
        /* No message shows the password. */
        assert_null(strstr(err.text, "pw"));
    }
}

static void test_taken(void **state)
{
    static const char *const t[] = {
        "https://example.org",
        "https://joe@example.org:8443/a?b=c:d@e",
        "https://[::1]/x",
        "sftp://root@h/~/x",
        "ftps://h/",
        "ftp+tls://h:21/",
        "mailto:a@b.example",
        "mailto:a%40b.example?subject=c",
        "bugzilla+https://h/42",
        "bugzilla+https://h/a/new?product=b",
    };
    char *longest = malloc(URL_MAX_BYTES + 2);

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
        assert_int_equal(url_check(t[i], NULL), 0);
    memset(longest, 'x', URL_MAX_BYTES + 1);
    memcpy(longest, "https://", 8);
    longest[URL_MAX_BYTES + 1] = '\0';
    assert_int_equal(url_check(longest, NULL), -EINVAL);
    longest[URL_MAX_BYTES] = '\0';
    assert_int_equal(url_check(longest, NULL), 0);
    free(longest);
}

static void test_proxy(void **state)
{
    static const char *const wrong[] = {"",
                                        "proxy:3128",
                                        "ftp://proxy",
                                        "http://",
                                        "http://a:pw@proxy:3128",
                                        "http://proxy 1"};
    static const char *const right[] = {"http://proxy:3128", "https://a@proxy",
                                        "socks5h://proxy"};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct err err = ERR_INIT;

        assert_int_equal(url_check_proxy(wrong[i], &err), -EINVAL);
        assert_null(strstr(err.text, "pw"));
    }
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
        assert_int_equal(url_check_proxy(right[i], NULL), 0);
}

static void test_shown(void **state)
{
    static const struct {
        const char *url, *shown;
    } t[] = {
        {"https://example.org/in/", "https://example.org/in/"},
        {"https://joe@example.org/in/", "https://example.org/in/"},
        {"https://joe:pw@example.org", "https://example.org"},
        {"https://a@b@example.org/x@y", "https://example.org/x@y"},
        {"https://h/x?sig=secret", "https://h/x?..."},
        {"https://h?sig=a@b", "https://h?..."},
        {"https://h/x#part", "https://h/x?..."},
        {"mailto:a@b.org?subject=x", "mailto:a@b.org?subject=x"},
        {"bugzilla+https://me@h/new?product=x",
         "bugzilla+https://h/new?product=x"},
        {"bugzilla+https://h/new?api_key=x", "bugzilla+https://h/new?..."},
        {"x", "x"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        char *shown = url_shown(t[i].url);

        assert_string_equal(shown, t[i].shown);
        free(shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_proxy),
        cmocka_unit_test(test_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
