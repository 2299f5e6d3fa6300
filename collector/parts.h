/* parts.h: what is read once for all domains and handed out in parts: the tree
 * of xenstore, the devices, "xl list -l", so that xenstored is asked for each
 * node once, and xl started once; and what is made of an answer (render.h). */
#ifndef XB_PARTS_H
#define XB_PARTS_H

#include "collector/take.h"

/* Has a task of these items parts of its first one (planned.part_of)?  On
 * replay parts are recorded themselves, but for what is made by us. */
bool parts_wanted(const struct planned *items, size_t n, bool replay);

/* Reads items[0] and cuts it.  out: room for n gathers, to be asked once each
 * for items[i]; it stays NULL for what is to be asked of the host: fallbacks,
 * and parts of what was too long to be held.  The caller frees them, in any
 * case.  Parts of what failed are what came of them before, or skipped: asking
 * a xenstored that does not answer once more for each domain would cost its
 * deadline each time.  Negative
 * only if the backend is lost. */
int parts_read(struct taker *tk, const struct planned *items, size_t n,
               bool replay, struct gather **out, struct err *err);

/* The cuts, appended to out: of "xenstore" as the probe prints it (lines of
 * xenstore-ls -fp) what belongs to one domain; of "devices" (JSON) the same
 * object with that domain and its devices, without what concerns all; of "xl
 * list -l" (JSON) the array of that domain.  False: not a text of that kind. */
bool parts_cut_store(const struct buf *whole, unsigned domid, struct buf *out);
bool parts_cut_devices(const struct buf *whole, unsigned domid,
                       struct buf *out);
bool parts_cut_list(const struct buf *whole, unsigned domid, struct buf *out);

#endif
