/* replay.h: the host as a bundle recorded it.
 *
 * One struct recording, shared by all threads, is made from the bundle's
 * manifest; each thread gets a gather of its own from it.  Sources that the
 * recorded run did not plan are absent. */
#ifndef XB_REPLAY_H
#define XB_REPLAY_H

#include "collector/gather/gather.h"
#include "collector/pack/manifest.h"
#include "collector/pack/unpack.h"

struct recording;

/* u stays the caller's and must outlive the recording. */
int recording_new(struct unpack *u, struct recording **out, struct err *err);
void recording_free(struct recording *rec);
/* Valid as long as the recording. */
const struct manifest_head *recording_head(const struct recording *rec);

struct gather *replay_new(struct recording *rec);

#endif
