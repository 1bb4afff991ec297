"""Makes the small pictures of tests/imaging/data with Pillow, and what Pillow reads out of them.

Usage: make_pictures.py OUT.  Run once; the files are kept, so that tests need no Python. NAME.expected.png holds
Pillow's own reading of NAME (upright, over white, RGB).
"""

import io
import random
import struct
import sys
import zlib
from pathlib import Path

from PIL import Image, ImageOps

OUT = Path(sys.argv[1])
ORIENTATION = 0x0112


def scene(width=24, height=16):
    """A smooth picture with no symmetry, so that every orientation looks different."""
    picture = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            picture.putpixel((x, y), (x * 255 // (width - 1), y * 255 // (height - 1), (x * 5 + y * 3) % 128))
    return picture


def noise(width, height, seed):
    rng = random.Random(seed)
    return Image.frombytes("RGB", (width, height), bytes(rng.randrange(256) for _ in range(width * height * 3)))


def over_white(picture):
    picture = ImageOps.exif_transpose(picture)
    if "A" in picture.getbands() or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return picture.convert("RGB")


def keep(name, expected=None):
    over_white(expected or Image.open(OUT / name)).save(OUT / f"{name}.expected.png")


def exif(orientation):
    data = Image.Exif()
    data[ORIENTATION] = orientation
    return data.tobytes()


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def sixteen_bit_png(picture):
    """Pillow writes no 16-bit RGB: every 8-bit value v becomes v * 257."""
    width, height = picture.size
    rows = b""
    for y in range(height):
        rows += b"\0" + b"".join(bytes([v, v]) for x in range(width) for v in picture.getpixel((x, y)))
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts)


def interlaced_png(picture):
    """Pillow writes no Adam7 either."""
    width, height = picture.size
    rows = b""
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        for y in range(y0, height, dy):
            rows += b"\0" + b"".join(bytes(picture.getpixel((x, y))) for x in range(x0, width, dx))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    picture = scene()
    with_alpha = picture.convert("RGBA")
    with_alpha.putalpha(Image.linear_gradient("L").resize(picture.size))
    for orientation in range(1, 9):
        picture.save(OUT / f"orientation_{orientation}.jpg", quality=90, exif=exif(orientation))
        keep(f"orientation_{orientation}.jpg")
    picture.save(OUT / "orientation_6.png", exif=exif(6))
    picture.save(OUT / "orientation_8.webp", lossless=True, exif=exif(8))
    picture.save(OUT / "progressive.jpg", quality=85, progressive=True)
    picture.save(OUT / "subsampled.jpg", quality=85, subsampling=2)
    picture.convert("L").save(OUT / "grey.jpg", quality=90)
    picture.convert("CMYK").save(OUT / "cmyk.jpg", quality=90)
    picture.save(OUT / "rgb.png")
    picture.convert("L").save(OUT / "grey.png")
    picture.convert("1").save(OUT / "one_bit.png")
    picture.quantize(16).save(OUT / "palette.png")
    picture.quantize(16).save(OUT / "palette_transparent.png", transparency=3)
    with_alpha.save(OUT / "alpha.png")
    with_alpha.convert("LA").save(OUT / "grey_alpha.png")
    picture.save(OUT / "lossless.webp", lossless=True)
    picture.save(OUT / "lossy.webp", quality=80)
    with_alpha.save(OUT / "alpha.webp", lossless=True, exact=True)
    picture.save(OUT / "rgb.bmp")
    picture.quantize(16).save(OUT / "palette.bmp")
    picture.convert("1").save(OUT / "one_bit.bmp")
    for name in ["orientation_6.png", "orientation_8.webp", "progressive.jpg", "subsampled.jpg", "grey.jpg", "cmyk.jpg",
                 "rgb.png", "grey.png", "one_bit.png", "palette.png", "palette_transparent.png", "alpha.png",
                 "grey_alpha.png", "lossless.webp", "lossy.webp", "alpha.webp", "rgb.bmp", "palette.bmp", "one_bit.bmp"]:
        keep(name)
    (OUT / "sixteen_bit.png").write_bytes(sixteen_bit_png(picture))
    keep("sixteen_bit.png", picture)
    (OUT / "interlaced.png").write_bytes(interlaced_png(picture))
    keep("interlaced.png")

    frames = [scene(), noise(24, 16, 1)]
    frames[0].save(OUT / "animated.webp", save_all=True, append_images=frames[1:], lossless=True)
    frames[0].save(OUT / "animated.png", save_all=True, append_images=frames[1:])
    frames[0].save(OUT / "picture.gif")
    frames[0].save(OUT / "picture.tiff")

    source = noise(19, 11, 2)
    source.save(OUT / "resize_source.png")
    for width, height in [(8, 5), (40, 26), (19, 5), (3, 11), (1, 1), (18, 12)]:
        source.resize((width, height), Image.Resampling.BILINEAR).save(OUT / f"resize_{width}x{height}.png")
        source.resize((width, height), Image.Resampling.LANCZOS).save(OUT / f"lanczos_{width}x{height}.png")
    source.convert("L").save(OUT / "resize_source_grey.png")


if __name__ == "__main__":
    main()
