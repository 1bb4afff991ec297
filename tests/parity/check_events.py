"""check_events.py FILE TAG=STEP:VALUE...: an event file, read by other hands than those that wrote it, holds these points
in this order. Where the tensorboard package is installed it reads the file too, as people's TensorBoard will.

The reader here follows TFRecord's and protocol buffers' own descriptions; its CRC-32C goes bit by bit.
"""

import struct
import sys
from pathlib import Path


def masked_crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    while data:
        length, sum_of_length = struct.unpack_from("<QI", data)
        assert sum_of_length == masked_crc32c(data[:8]), "the sum of a record's length is wrong"
        record, (sum_of_record,) = data[12 : 12 + length], struct.unpack_from("<I", data, 12 + length)
        assert sum_of_record == masked_crc32c(record), "the sum of a record is wrong"
        yield record
        data = data[16 + length :]


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(message):
    """{field number: value} of a message in which no field comes twice."""
    found, at = {}, 0
    while at < len(message):
        key, at = varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(message, at)
        elif kind == 1:
            value, at = struct.unpack_from("<d", message, at)[0], at + 8
        elif kind == 5:
            value, at = struct.unpack_from("<f", message, at)[0], at + 4
        else:
            assert kind == 2, f"wire type {kind}"
            length, at = varint(message, at)
            value, at = message[at : at + length], at + length
        assert number not in found, f"field {number} twice"
        found[number] = value
    return found


def points_of(path):
    events = [fields(record) for record in records(path.read_bytes())]
    assert events[0][3] == b"brain.Event:2", events[0]
    points = []
    for event in events[1:]:
        assert event[1] > 1.6e9, "no time of this century"
        value = fields(fields(event[5])[1])
        points.append((value[1].decode(), event.get(2, 0), value[2]))
    return points


def check_with_tensorboard(path, expected):
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ImportError:
        print("tensorboard is not installed: read by this script alone")
        return
    events = EventAccumulator(str(path))
    events.Reload()
    for tag, step, value in expected:
        found = [(event.step, event.value) for event in events.Scalars(tag)]
        assert (step, value) in found, f"TensorBoard finds {found} of {tag}, expected {(step, value)}"


def main(path, *points):
    expected = []
    for point in points:
        tag, _, numbers = point.partition("=")
        step, _, value = numbers.partition(":")
        expected.append((tag, int(step), struct.unpack("<f", struct.pack("<f", float(value)))[0]))
    found = points_of(Path(path))
    assert found == expected, f"{path}: {found}, expected {expected}"
    check_with_tensorboard(path, expected)
    print(f"{len(found)} points as expected")


if __name__ == "__main__":
    main(*sys.argv[1:])
