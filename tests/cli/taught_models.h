#pragma once

#include <filesystem>
#include <string>

#include "big/core/json.h"
#include "cli/run_tool.h"

namespace big {

/// One row of registry.json as finetune writes it.
inline Json registry_row(const std::string& identifier,
                         const std::string& category,
                         const std::string& user,
                         const std::string& target,
                         const std::string& model_path) {
  return {{"identifier", identifier},
          {"category", category},
          {"user", user},
          {"target_model", target},
          {"base_name", "starter"},
          {"base_hash", std::string(64, 'a')},
          {"model_path", model_path},
          {"photos", 5},
          {"steps", 250},
          {"date", "2026-11-25T10:00:00Z"},
          {"seed", 7}};
}

/// A models folder with a registry written by hand: anna's private sks (dog) and 小狗 (naïve cat), her
/// private metamodel's qkz (toy), bob's private xdq (car), and the metamodel's vfr (bird) and sks (house).
/// Every model is the starter itself.
inline void make_taught_models(const std::filesystem::path& models_dir) {
  const Json registry = {
      {"schema_version", 1},
      {"subjects",
       {registry_row("sks", "dog", "anna", "private", "users/anna/sks"),
        registry_row("小狗", "naïve cat", "anna", "private", "users/anna/小狗"),
        registry_row("qkz", "toy", "anna", "private_meta", "users/anna/private_meta"),
        registry_row("xdq", "car", "bob", "private", "users/bob/xdq"),
        registry_row("vfr", "bird", "bob", "meta", "metamodel"),
        registry_row("sks", "house", "anna", "meta", "metamodel")}},
      {"metamodels",
       {{"meta", {{"version", "2"}, {"base_name", "starter"}, {"base_hash", std::string(64, 'b')}}},
        {"private_meta/anna",
         {{"version", "1"}, {"base_name", "starter"}, {"base_hash", std::string(64, 'b')}}}}},
      {"retired", Json::array()}};
  write_file(models_dir / "registry.json", registry.dump(2));
  for (const char* model : {"users/anna/sks", "users/anna/小狗", "users/anna/private_meta/versions/1",
                            "users/bob/xdq", "metamodel/versions/2"}) {
    std::filesystem::create_directories((models_dir / model).parent_path());
    std::filesystem::create_directory_symlink(source_dir() / "models/starter", models_dir / model);
  }
}

}  // namespace big
