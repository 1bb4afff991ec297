# Compiler settings that hold for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# One precompiled torch header serves libraries and executables: GCC wants the same -fPIC everywhere.
add_compile_options(-fPIC)

# For tests/fuzz/coverage.py: counts of GCC's, or of LLVM's; the lines are compiled without optimisation.
set(BIG_COUNTING --coverage -O0)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(BIG_COUNTING -fprofile-instr-generate -fcoverage-mapping -O0)
endif()
# One file may be compiled differently from another.
if(BIG_COVERAGE)
  set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # ccache needs to be told that a precompiled header may be keyed by its content.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CCACHE_PROGRAM})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

# GCC 12 sees overlaps and overruns in std::string's operator+ that are not there (its bugs 105651, 105329): no errors
# of ours.
add_library(big_warnings INTERFACE)
target_compile_options(big_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                              -Woverloaded-virtual $<$<BOOL:${BIG_WERROR}>:-Werror>
                                              "$<$<BOOL:${BIG_WERROR}>:-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-array-bounds>")

if(BIG_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=address,undefined)
endif()
