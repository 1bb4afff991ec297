// The judge is judged: every kind of harm, planted into a reader, must be found.
#include "fuzz/campaign.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>

#include "big/core/error.h"
#include "support/child_process.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big::fuzz {
namespace {

Reader planted(const std::function<void(const std::string&)>& read) {
  Reader reader{"planted", read, mutate_bytes, {"tests/fuzz/seeds/exif"}};
  reader.memory = {uint64_t{1} << 20, 16};
  return reader;
}

std::string problem(const std::function<void(const std::string&)>& read) {
  Tally tally;
  return problem_with(planted(read), "some bytes", tally).value_or("none");
}

TEST(ProblemWith, NothingWhereAFileIsReadOrRefused) {
  EXPECT_EQ(problem([](const std::string&) {}), "none");
  EXPECT_EQ(problem([](const std::string&) { throw InputError("is broken"); }), "none");
}

TEST(ProblemWith, OtherExceptionsAndExitCodes) {
  const auto foreign = problem([](const std::string&) { std::string().at(1); });
  EXPECT_NE(foreign.find("out_of_range"), std::string::npos) << foreign;
  const auto broken = problem([](const std::string&) { require(false, "two is two"); });
  EXPECT_NE(broken.find("two is two"), std::string::npos) << broken;
  EXPECT_EQ(problem([](const std::string&) { throw UsageError("no key"); }), "exit code 2: no key");
  EXPECT_EQ(problem([](const std::string&) { throw MachineError("no room"); }), "exit code 6: no room");

  Reader reader = planted([](const std::string&) { throw UsageError("no key"); });
  reader.refusal = Refusal::kInputOrUsage;
  Tally tally;
  EXPECT_EQ(problem_with(reader, "", tally), std::nullopt);
}

TEST(ProblemWith, RefusalsThatTellNothing) {
  EXPECT_EQ(problem([](const std::string&) { throw InputError(""); }), "it was refused without a word");
}

TEST(ProblemWith, Slowness) {
  Reader reader = planted([](const std::string&) {
    for (const clock_t end = clock() + CLOCKS_PER_SEC / 5; clock() < end;) {
    }
  });
  Tally tally;
  EXPECT_EQ(problem_with(reader, "some bytes", tally), std::nullopt);
  reader.most_seconds = 0.1;
  EXPECT_NE(problem_with(reader, "some bytes", tally).value_or("none").find("10 bytes took"),
            std::string::npos);
  EXPECT_GE(tally.slowest_seconds, 0.2);
}

TEST(ProblemWith, MemoryBeyondItsBound) {
#if defined(__SANITIZE_ADDRESS__)
  const auto taken = [](size_t bytes) {
    return problem([bytes](const std::string&) {
      const auto block = std::make_unique<volatile char[]>(bytes);
      block[0] = 1;
    });
  };
  EXPECT_EQ(taken(500'000), "none");
  const auto huge = taken(3 << 20);
  EXPECT_EQ(huge.find("10 bytes took 3.0 MiB of memory, expected at most 1.0 MiB"), 0u) << huge;
#else
  GTEST_SKIP() << "allocations are counted under the address sanitizer alone";
#endif
}

class TryReader : public testing::Test {
 protected:
  /// The end of a process that tries this reader: exit status, or minus the signal.
  int end_of(const std::function<void(const std::string&)>& read) {
    return ChildProcess([&] {
             try_reader(planted(read), campaign());
             return 0;
           })
        .wait();
  }
  Campaign campaign() const { return {.seed = 1, .inputs = 200, .seconds = 0, .findings = folder_.path()}; }
  std::string kept(const std::string& name) const {
    std::ifstream in(folder_.path() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  TempDir folder_;
};

/// Refuses about one input in two.
void read_or_refuse(const std::string& bytes) {
  if (bytes.size() % 2 == 0) throw InputError("even");
}

TEST_F(TryReader, CountsWhatWasReadAndRefused) {
  const Tally tally = try_reader(planted(read_or_refuse), campaign());
  EXPECT_GT(tally.read, 20);
  EXPECT_GT(tally.refused, 20);
  EXPECT_EQ(static_cast<size_t>(tally.read + tally.refused), 200 + seeds_of(planted(read_or_refuse)).size());
}

TEST_F(TryReader, TheSameSeedGivesTheSameInputs) {
  const auto inputs = [&](uint64_t seed) {
    std::string all;
    auto wish = campaign();
    wish.seed = seed;
    try_reader(planted([&](const std::string& bytes) {
                 all += bytes;
                 read_or_refuse(bytes);
               }),
               wish);
    return all;
  };
  EXPECT_EQ(inputs(1), inputs(1));
  EXPECT_NE(inputs(1), inputs(2));
}

TEST_F(TryReader, KeepsTheInputOfAProblem) {
  std::string culprit;
  const auto message = error_of<std::runtime_error>([&] {
    try_reader(planted([&](const std::string& bytes) {
                 if (bytes.size() < 20) {
                   culprit = bytes;
                   throw UsageError("short");
                 }
                 read_or_refuse(bytes);
               }),
               campaign());
  });
  const size_t path = message.find(folder_.path().string());
  ASSERT_NE(path, std::string::npos) << message;
  EXPECT_EQ(kept(std::filesystem::path(message.substr(path)).filename()), culprit);
}

TEST_F(TryReader, RefusesACampaignThatReachesNothing) {
  const auto all_refused = [&] {
    try_reader(planted([](const std::string&) { throw InputError("no"); }), campaign());
  };
  EXPECT_NE(error_of<std::runtime_error>(all_refused).find("do not reach the reader"), std::string::npos);
  const auto all_read = [&] { try_reader(planted([](const std::string&) {}), campaign()); };
  EXPECT_NE(error_of<std::runtime_error>(all_read).find("do not reach the reader"), std::string::npos);
}

TEST_F(TryReader, AnInputThatEndsTheProcessIsKept) {
  EXPECT_EQ(end_of([](const std::string& bytes) {
              if (bytes.size() % 5 == 0) std::abort();
            }),
            -SIGABRT);
  EXPECT_FALSE(kept("planted-crash").empty());
  EXPECT_EQ(kept("planted-crash").size() % 5, 0u);
}

TEST_F(TryReader, AStrayPointerIsACrash) {
  const int end = end_of([](const std::string& bytes) {
    volatile const char* stray = bytes.size() % 5 == 0 ? nullptr : bytes.data();
    static_cast<void>(*stray);
  });
  EXPECT_NE(end, 0);
  EXPECT_FALSE(kept("planted-crash").empty());
}

}  // namespace
}  // namespace big::fuzz
