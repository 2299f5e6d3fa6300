"""bombs.py: little that comes to much once it is unpacked."""
import bz2
import lzma
import subprocess
import tarfile
import tempfile

# What unpacks to nothing, so that a reader who unpacks all layers by itself is
# kept busy without one byte to count.
EMPTY = {"zstd": bytes.fromhex("28b52ffd2000010000"),
         "gzip": bytes.fromhex("1f8b08000000000000030300000000000000" "0000")}
TIMES = {"zstd": 1 << 24, "gzip": 1 << 23}


def through(argv, chunks):
    """What argv makes of the chunks, without holding them all."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=out)
        for chunk in chunks:
            child.stdin.write(chunk)
        child.stdin.close()
        assert child.wait() == 0
        out.seek(0)
        return out.read()


def folder(top):
    info = tarfile.TarInfo(top)
    info.type, info.mode = tarfile.DIRTYPE, 0o700
    return info.tobuf()


def zeros(path, name, mib, packer):
    """A tar of one member of so many MiB of zeros: bytes from KiB."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = mib << 20, 0o600
    best = "-9" if packer == "bzip2" else "-1"
    with open(path, "wb") as out:
        child = subprocess.Popen([packer, "-q", best, "-c"], stdout=out,
                                 stdin=subprocess.PIPE)
        child.stdin.write(folder(name.split("/")[0]) + info.tobuf())
        for _ in range(mib >> 6):
            child.stdin.write(bytes(1 << 26))
        child.stdin.write(bytes(1024))
        child.stdin.close()
        assert child.wait() == 0


def members(path, top, n):
    with open(path, "wb") as out:
        zstd = subprocess.Popen(["zstd", "-q", "-1", "-c"], stdout=out,
                                stdin=subprocess.PIPE)
        zstd.stdin.write(folder(top))
        for i in range(n):
            zstd.stdin.write(tarfile.TarInfo(f"{top}/m{i}").tobuf(
                tarfile.USTAR_FORMAT))
        zstd.stdin.write(bytes(1024))
        zstd.stdin.close()
        assert zstd.wait() == 0


def nested(packer):
    """Three layers, of a kilobyte or so, which take hours to unpack: the middle
    one is some thousand times the archive of very many empty ones."""
    zstd = ["zstd", "-q", "-9", "--long=22", "-c"]
    empty = EMPTY[packer]
    inner = through(zstd, [empty * (TIMES[packer] >> 6)] * 64)
    assert len(inner) < 1 << 20, len(inner)
    times = max(1, (256 << 20) // len(inner))
    middle = through(zstd, (inner for _ in range(times)))
    if packer == "zstd":
        return through(zstd, [middle])
    return through(["gzip", "-9", "-c"], [middle])


def packed(data, times):
    for _ in range(times):
        data = bz2.compress(data, 1)
    return data


def window(packer, data):
    """What makes its reader hold all of data, and who trusts the head a gigabyte
    or two."""
    if packer == "xz":
        return lzma.compress(data, lzma.FORMAT_XZ, filters=[
            {"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}])
    return through(["zstd", "-q", "-1", "--long=31", "-c"],
                   (data[i:i + (1 << 20)] for i in range(0, len(data), 1 << 20)))
