#pragma once

namespace big {

/// Makes libtorch's OpenMP threads sleep while they wait for each other, not spin, by starting the program anew with
/// OMP_WAIT_POLICY=passive unless that is set already (libgomp reads it before main). Spinning threads of several
/// programs starve each other: two starter pictures on 2 threads beside 14 busy processes took 55 s, sleeping 4 s.
/// Returns where the policy is set or the program cannot be started anew.
void sleep_while_waiting(char** argv);

}  // namespace big
