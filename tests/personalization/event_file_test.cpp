#include "event_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "big/core/error.h"
#include "big/core/read_file.h"
#include "support/temp_dir.h"

namespace big {
namespace {

template <class Number>
Number number_at(const std::string& bytes, size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

/// The records of an event file, each with both of its sums looked at.
std::vector<std::string> records_of(const std::string& bytes) {
  std::vector<std::string> records;
  for (size_t at = 0; at < bytes.size();) {
    const auto length = number_at<uint64_t>(bytes, at);
    EXPECT_EQ(number_at<uint32_t>(bytes, at + 8), masked_crc32c(bytes.substr(at, 8)));
    records.push_back(bytes.substr(at + 12, length));
    EXPECT_EQ(number_at<uint32_t>(bytes, at + 12 + length), masked_crc32c(records.back()));
    at += 16 + length;
  }
  return records;
}

TEST(EventFile, SumsAreCastagnolis) {
  // RFC 3720, B.4, and the mask of TensorFlow's crc32c.h.
  const auto masked = [](uint32_t crc) { return (crc >> 15 | crc << 17) + 0xa282ead8; };
  EXPECT_EQ(masked_crc32c(std::string(32, '\0')), masked(0x8a9136aa));
  EXPECT_EQ(masked_crc32c(std::string(32, '\xff')), masked(0x62a8ab43));
  EXPECT_EQ(masked_crc32c("123456789"), masked(0xe3069283));
}

TEST(EventFile, HoldsItsVersionAndEachPoint) {
  const TempDir dir;
  const auto file = dir.path() / "runs" / "events";
  EventFile events(file, 1.5);
  events.add("loss/training", 300, 0.25, 2.5);
  const auto records = records_of(read_file(file, 1 << 20));
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0], std::string("\x09\0\0\0\0\0\0\xf8\x3f\x1a\x0d", 11) + "brain.Event:2");
  // Time 2.5; step 300; summary of 22 bytes: a value of 20: the tag and a float.
  EXPECT_EQ(records[1], std::string("\x09\0\0\0\0\0\0\x04\x40\x10\xac\x02\x2a\x16\x0a\x14\x0a\x0d", 18) + "loss/training" +
                            std::string("\x15\0\0\x80\x3e", 5));
}

/// What tests/parity/check_events.py then reads; its arguments (CMakeLists.txt) name these points.
TEST(EventFile, IsForOthersToRead) {
  const auto file = std::filesystem::path(std::getenv("BIG_TEST_BINARY_DIR")) / "events" / "events.out.tfevents.1.big";
  EventFile events(file, 1.75e9);
  events.add("loss/training", 1, 0.7, 1.75e9);
  events.add("validation/score", 0, 1, 1.75e9 + 1);
  events.add("loss/training", 1000000, -3e-8, 1.75e9 + 2);
  EXPECT_EQ(records_of(read_file(file, 1 << 20)).size(), 4u);
}

TEST(EventFile, ThatCannotBeWrittenSaysSo) {
  EXPECT_THROW(EventFile("/dev/null/events", 0), MachineError);
}

}  // namespace
}  // namespace big
