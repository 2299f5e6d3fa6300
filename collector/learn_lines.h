/* learn_lines.h: what one line of a source tells: names, serial numbers. */
#ifndef XB_LEARN_LINES_H
#define XB_LEARN_LINES_H

#include "collector/base/core/buf.h"
#include "collector/learn.h"

struct learn {
    struct gather *g;
    const struct learn_opts *o;
    struct pseudonyms *p;
    char ***missed; /* or NULL */
    bool named;     /* this file has named its guest */
    /* Of a file that configures a network: what stands on a line of its own. */
    struct {
        char ip[48];
        unsigned bits;
    } net;
    /* Addresses of this host and those that it names, to be spelled. */
    struct own_ip {
        uint8_t ip[16];
        uint8_t n; /* 4 or 16 */
    } * ips;
    size_t n_ips;
};

/* Part of a line. */
struct span {
    const char *p, *end;
};
/* The next word of *rest, which has blanks around it and is passed over; false:
 * there is none. */
bool learn_word(struct span *rest, struct span *out);

/* A line of a source, without its end. */
typedef void learn_line_fn(struct learn *l, const char *line, const char *end);

learn_line_fn learn_line_hostname;
learn_line_fn learn_line_hosts;
learn_line_fn learn_line_resolv;
learn_line_fn learn_line_domain;
learn_line_fn learn_line_known_hosts;
learn_line_fn learn_line_passwd;
learn_line_fn learn_line_last;
learn_line_fn learn_line_serial;
learn_line_fn learn_line_dmi;
learn_line_fn learn_line_lspci;
learn_line_fn learn_line_x509;
learn_line_fn learn_line_dmidecode;
learn_line_fn learn_line_lsblk;
learn_line_fn learn_line_mac;
learn_line_fn learn_line_log;
learn_line_fn learn_line_addr;
learn_line_fn learn_line_net;
learn_line_fn learn_line_route;

/* Of hosts that this one works with, in learn_peers.c. */
learn_line_fn learn_line_xe_host;
learn_line_fn learn_line_xapi_hosts;
learn_line_fn learn_line_inventory;
learn_line_fn learn_line_drbd;
learn_line_fn learn_line_corosync;
learn_line_fn learn_line_mount;
learn_line_fn learn_line_rsyslog;

/* Of guests, in learn_guests.c; the last gets the path of a log. */
learn_line_fn learn_line_xenstore;
learn_line_fn learn_line_domain_names;
learn_line_fn learn_line_cfg;
learn_line_fn learn_line_libvirt;
learn_line_fn learn_line_sxp;
learn_line_fn learn_line_list;
learn_line_fn learn_line_xe;
learn_line_fn learn_line_xapi_db;
learn_line_fn learn_path_of_log;

void learn_take(struct learn *l, enum pseudonym_kind kind, const char *text,
                size_t n);
/* What could not be learned, and why. */
void learn_miss(struct learn *l, const char *what, const char *why);
/* A cert_name_fn; arg is the struct learn. */
void learn_cert_name(void *arg, const char *name, size_t len, bool ca);
/* What entities of XML stand for; xapi: as its database has it, where a blank
 * is
 * %. and a % is %% (ocaml/database/xml_spaces.ml). */
void learn_xml_text(struct buf *out, const char *p, const char *end, bool xapi);
/* A host's name, with its domain if there is one. */
void learn_host_name(struct learn *l, const char *s, size_t n);

/* For verify (learn_opts.addresses); else only addresses are kept, for
 * learn_own_spellings.  An address, if it is one and no loopback; the 12 digits
 * of a MAC; 32 digits, bare or as a UUID. */
void learn_own_address(struct learn *l, const char *s, size_t n);
void learn_own_mac(struct learn *l, const char digits[12]);
void learn_own_id(struct learn *l, const char *s, size_t n);
/* When all networks are known. */
void learn_own_spellings(struct learn *l);

#endif
