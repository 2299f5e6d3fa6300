/* cert.h: the names in X.509 certificates, over libcrypto. */
#ifndef XB_CERT_H
#define XB_CERT_H

#include <stdbool.h>
#include <stddef.h>

/* name is UTF-8 or an IP address as text; ca: the certificate is an
 * authority's. */
typedef void cert_name_fn(void *arg, const char *name, size_t len, bool ca);

/* Calls fn for the common names of subject and issuer and for the names of
 * hosts in subjectAltName: of all certificates in a PEM text (other blocks are
 * passed over, not decoded), or of one in DER.  What is broken gives nothing.
 */
void cert_names(const void *data, size_t len, cert_name_fn *fn, void *arg);

#endif
