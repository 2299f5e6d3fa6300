/* proto.h: what our processes say to each other.
 *
 * Worker to reader, over the reader's socket: one request at a time, answered
 * by any number of data frames and one RE_END.  A reader that gets a message it
 * does not know ends.
 *
 *   RQ_READ   str path, u64 flags, u64 max_bytes, and so on for up to READ_MANY
 *             files: each is answered for itself, one after the other
 *   RQ_GLOB   str pattern, u64 max_entries
 *   RQ_TREE   str folder, u64 max_depth, u64 max_entries
 *   RQ_RUN    u64 flags, u64 timeout_ms, u64 max_bytes, u64 argc, str argv...
 *   RQ_PROBE  u64 timeout_ms, u64 max_bytes, str name
 *   RQ_CONF   str name: a file below SYSCONFDIR/xen-bugtool, taken only if it
 *             and its folders are root's and nobody else can write them ("key":
 *             nobody else may read it); "dir/" lists a folder as RE_ENTRYs
 *
 *   RE_META   u64 size, u64 mtime (s), u64 mode, str resolved ("" unless a link
 *             was followed), u64 lead: bytes at the start of the data that are
 *             only context (READ_TAIL)
 *   RE_DATA   raw bytes of the file or of stdout
 *   RE_ERRDATA raw bytes of stderr
 *   RE_ENTRY  str path, u64 size, u64 mtime, u64 mode
 *   RE_MANY   several of these in one message, each as u32 type, u32 length and
 *             its bytes: a small file comes as one
 *   RE_END    u64 status (enum status), u64 errno, u64 exit code, u64 signal,
 *             u64 truncated (enum truncated), u64 bytes read, u64 duration ms,
 *             str text (the error, "" if none), str left (a child that would
 *             not die: "pid 123, state D, waiting in fuse_request", else "")
 *
 * Worker to master, over the control socket; one answer each, CT_OK with the
 * fields named or CT_ERR (u64 errno, str text):
 *
 *   CT_READER  -> a reader: u64 id, and its socket as descriptor
 *   CT_KILL    u64 id -> u64 left (1: would not die), str where (its stack,
 *              wchan and state, for the manifest); the id is gone
 *   CT_OUTPUT  str stem, str folder ("" unless the configuration names one),
 *              str format (a word of --format, "file" or "tree") -> the output
 *              file or folder as descriptor
 *
 *   CT_SPOOL   -> an unnamed file beside the output, as descriptor
 *
 *   CT_BUNDLE  -> the bundle that the command line names (--replay, or the
 *              operand), or after CT_FINISH of collect the one that it made:
 *              u64 1 if it is a folder, and its descriptor
 *
 *   CT_OPEN    str path below that folder -> a regular file, as descriptor
 *
 *   CT_INPUT   str path below the first operand, "" for an operand itself; u64
 *              which of them, from 0 on -> u64 enum input_kind, str why (of
 *              INPUT_REFUSED), and the descriptor of a file or folder
 *
 *   CT_FINISH  u64 keep -> str path: syncs, takes ownership and links the
 *              result (keep 1) or drops it (0); str note: a sync that failed
 *
 *   CT_KEY     makes the host's key, if the command line says so
 *
 *   CT_LEFT    -> str text: readers left behind, one a line, "" if none
 *
 *   CT_SEND    starts xen-bugtool-send with the bundle of CT_BUNDLE (after
 *              CT_FINISH of collect: what it has made) -> the worker's end of
 *              its socket
 *
 *   CT_RECEIPT -> that bundle's receipt, open for appending, as descriptor
 *
 *   CT_DRAFT   -> a new file for a mail, beside that bundle, as descriptor
 *
 *   CT_SENDMAIL u64 n, n * str address: the program of --sendmail is given that
 *              file -> socket on which SD_END will say what came of it
 *
 *   CT_KEEP    u64 keep -> str path: gives that file a name, or drops it
 *
 * To xen-bugtool-send, over its socket.  From the master, before the worker has
 * the other end:
 *
 *   SD_FILE    str role ("bundle", "credentials" ...), str path, and the
 *              descriptor
 *
 * From the worker, and then it waits:
 *
 *   SD_TEXT    str name, str value: what the command line does not say
 *   SD_GO
 *
 * (for a mail also SD_FILE with the role "draft")
 *
 * From xen-bugtool-send, which asks at the terminal by itself:
 *
 *   SD_END     u64 result (enum send_result), str text (what went wrong, or
 *              what was done), str answer (the server's), str where (what the
 *              delivery can be found by, "" if nothing), u64 tries, u64 room
 *              (SEND_LARGE: bytes that a bundle may have there)
 */
#ifndef XB_PROTO_H
#define XB_PROTO_H

enum proto {
    RQ_READ = 0x100,
    RQ_GLOB,
    RQ_TREE,
    RQ_RUN,
    RQ_PROBE,
    RQ_CONF,

    RE_META = 0x200,
    RE_DATA,
    RE_ERRDATA,
    RE_ENTRY,
    RE_MANY,
    RE_END,

    CT_READER = 0x300,
    CT_KILL,
    CT_OUTPUT,
    CT_SPOOL,
    CT_BUNDLE,
    CT_OPEN,
    CT_FINISH,
    CT_LEFT,
    CT_KEY,
    CT_INPUT,
    CT_SEND,
    CT_RECEIPT,
    CT_DRAFT,
    CT_SENDMAIL,
    CT_KEEP,
    CT_OK,
    CT_ERR,

    SD_FILE = 0x400,
    SD_TEXT,
    SD_GO,
    SD_END,
};

enum send_result {
    SEND_DONE,
    SEND_FAILED,  /* nobody need try again as it is */
    SEND_PASSING, /* it may work later */
    SEND_USAGE,   /* the URL or an option is wrong */
    SEND_NO,      /* the user said no, or stopped it */
    SEND_LARGE,   /* too large for there */
};

enum input_kind {
    INPUT_FILE,
    INPUT_FOLDER,
    INPUT_LINK,    /* symbolic; not followed below the operand */
    INPUT_SPECIAL, /* a device, FIFO or socket */
    INPUT_REFUSED,
};

/* RQ_READ flags; RQ_RUN has READ_LOW alone. */
#define READ_TAIL                                                              \
    1u /* of a file longer than max_bytes, the newest part, with               \
          PROTO_LEAD bytes of context before it */
#define READ_VIRTUAL                                                           \
    2u /* procfs, sysfs, debugfs: size unknown, read to the end */
#define READ_NAMED                                                             \
    4u /* named on the command line: not below a secret path, but              \
          the symbolic link rules do not hold, and a relative path counts      \
          from the user's folder */

#define READ_LOW 8u /* with the lowest priority for processor and disk */

#define PROTO_LEAD 65536u

/* Few enough that their names always find room in a socket's buffer. */
#define READ_MANY 32u

/* Where the worker finds its control socket. */
#define PROTO_CONTROL_FD 3

#endif
