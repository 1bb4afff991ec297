#pragma once

#include <string>
#include <utility>

#include "big/registry/registry.h"

namespace big {

/// A subject with every field set.
inline Subject make_subject(std::string identifier, std::string user, TargetModel target) {
  Subject subject;
  subject.identifier = std::move(identifier);
  subject.category = "dog";
  subject.user = std::move(user);
  subject.target = target;
  subject.base_name = "starter";
  subject.base_hash = "ab12";
  subject.model_path = "users/ann/sks";
  subject.photos = 5;
  subject.steps = 300;
  subject.date = "2026-11-25T10:00:00Z";
  subject.seed = 18446744073709551615u;
  return subject;
}

}  // namespace big
