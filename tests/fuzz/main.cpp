// Tries readers with broken files: fuzz_NAMES all --inputs 2000, or hours of one: fuzz_NAMES png --seconds
// 7200.
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "big/core/duration.h"
#include "big/core/log.h"
#include "campaign.h"
#include "crash_keeper.h"
#include "memory_watch.h"

namespace big::fuzz {
namespace {

constexpr const char* kUsage =
    "usage: %s READER|all [--inputs N] [--seconds S] [--seed N] [--findings FOLDER]\n"
    "       %s READER FILE...       reads these files once\n"
    "       %s list\n"
    "BIG_TEST_SOURCE_DIR names the project's root, where seeds lie (else the working directory).\n";

/// Without the address sanitizer: more than any reader needs for a file as small as a seed.
constexpr uint64_t kMostGrowth = uint64_t{1} << 30;

struct Wish {
  std::string reader;
  Campaign campaign;
  std::vector<std::filesystem::path> files;
};

void set_value(Campaign& campaign, const std::string& name, const std::string& value) {
  if (name == "--inputs") {
    campaign.inputs = std::stoll(value);
  } else if (name == "--seconds") {
    campaign.seconds = std::stod(value);
  } else if (name == "--seed") {
    campaign.seed = std::stoull(value);
  } else if (name == "--findings") {
    campaign.findings = value;
  } else {
    throw std::invalid_argument(name + " is unknown");
  }
}

Wish wish_of(const std::vector<std::string>& arguments) {
  Wish wish;
  if (arguments.empty()) throw std::invalid_argument("a reader's name is missing");
  wish.reader = arguments[0];
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i].rfind("--", 0) != 0) {
      wish.files.emplace_back(arguments[i]);
    } else if (i + 1 == arguments.size()) {
      throw std::invalid_argument(arguments[i] + " wants a value");
    } else {
      set_value(wish.campaign, arguments[i], arguments[i + 1]);
      ++i;
    }
  }
  return wish;
}

void read_files(const Reader& reader, const Wish& wish) {
  CrashKeeper keeper(wish.campaign.findings, reader.name);
  for (const auto& file : wish.files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error(file.string() + ": cannot be read");
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    Tally tally;
    keeper.about_to_read(bytes);
    if (const auto problem = problem_with(reader, bytes, tally))
      throw std::runtime_error(file.string() + ": " + *problem);
    std::printf("%s: %s\n", file.c_str(), tally.read > 0 ? "read" : "refused");
  }
}

void run(const std::vector<std::string>& arguments) {
  const Wish wish = wish_of(arguments);
  if (wish.reader == "list") {
    for (const Reader& reader : readers()) std::printf("%s\n", reader.name.c_str());
    return;
  }
  set_log_level(LogLevel::kOff);
  limit_address_space(kMostGrowth);
  const auto chosen = wish.reader == "all" ? readers() : std::vector<Reader>{find_reader(wish.reader)};
  if (!wish.files.empty()) return read_files(chosen.front(), wish);
  std::printf("seed %llu\n%-18s %10s %10s %10s %12s\n", static_cast<unsigned long long>(wish.campaign.seed),
              "reader", "read", "refused", "slowest", "most memory");
  for (const Reader& reader : chosen) {
    const Tally tally = try_reader(reader, wish.campaign);
    std::printf("%-18s %10lld %10lld %8.0f ms %12s\n", reader.name.c_str(),
                static_cast<long long>(tally.read), static_cast<long long>(tally.refused),
                1000 * tally.slowest_seconds,
                tally.most_memory > 0 ? format_bytes(tally.most_memory).c_str() : "not counted");
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace big::fuzz

int main(int argc, char** argv) {
  try {
    big::fuzz::run({argv + 1, argv + argc});
    return 0;
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    std::fprintf(stderr, big::fuzz::kUsage, argv[0], argv[0], argv[0]);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "FAILED: %s\n", error.what());
    return 1;
  }
}
