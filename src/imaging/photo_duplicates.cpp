#include <algorithm>

#include "big/core/text.h"
#include "big/imaging/resize.h"
#include "perceptual_hash.h"
#include "photo_checks.h"
#include "photo_thresholds.h"

namespace big {
namespace {

struct Look {
  uint64_t upright, mirrored;
};

Look look_of(const Image& picture) {
  const Image small = resize(picture, kHashedSide, kHashedSide);
  return {perceptual_hash(small), perceptual_hash(mirror(small))};
}

bool near(const Look& a, const Look& b) {
  return std::min(hash_distance(a.upright, b.upright), hash_distance(a.mirrored, b.upright)) <= kNearDuplicateBits;
}

/// Photos alike, each in one group at most: those that are like the group's first.
template <class Alike>
std::vector<std::vector<size_t>> groups_of(const std::vector<size_t>& photos, const Alike& alike) {
  std::vector<std::vector<size_t>> groups;
  for (const size_t photo : photos) {
    const auto group = std::ranges::find_if(groups, [&](const auto& g) { return alike(g.front(), photo); });
    if (group == groups.end()) {
      groups.push_back({photo});
    } else {
      group->push_back(photo);
    }
  }
  return groups;
}

PhotoFinding finding_of(std::span<const ExaminedPhoto> photos, const std::vector<size_t>& group) {
  PhotoFinding finding;
  for (const size_t i : group) finding.photos.push_back(photos[i].path);
  return finding;
}

}  // namespace

void find_duplicates(std::span<const ExaminedPhoto> photos, PhotoFindings& findings) {
  std::vector<size_t> all, distinct;
  std::vector<Look> looks;
  for (size_t i = 0; i < photos.size(); ++i) {
    all.push_back(i);
    looks.push_back(look_of(*photos[i].picture));
  }
  const auto same = [&](size_t a, size_t b) {
    return looks[a].upright == looks[b].upright && *photos[a].picture == *photos[b].picture;
  };
  for (const auto& group : groups_of(all, same)) {
    distinct.push_back(group.front());
    if (group.size() < 2) continue;
    PhotoFinding finding = finding_of(photos, group);
    finding.fault = PhotoFault::kExactDuplicate;
    finding.reason = "are the same picture";
    finding.advice = concat("keep one of them, or it counts ", group.size(), " times as much as the others");
    findings.push_back(finding);
  }
  const auto alike = [&](size_t a, size_t b) { return near(looks[a], looks[b]); };
  for (const auto& group : groups_of(distinct, alike)) {
    if (group.size() < 2) continue;
    PhotoFinding finding = finding_of(photos, group);
    finding.fault = PhotoFault::kNearDuplicate;
    finding.reason = "are nearly the same picture (as it is or mirrored)";
    finding.advice =
        concat("keep the best of them, or what they share counts ", group.size(), " times as much as other views");
    findings.push_back(finding);
  }
}

}  // namespace big
