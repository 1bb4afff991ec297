#pragma once

namespace big {

/// Makes libtorch's OpenMP threads spin only for moments while they wait for each other, then sleep, by starting
/// the program anew with GOMP_SPINCOUNT=2000 unless that or OMP_WAIT_POLICY is set already (libgomp reads both
/// before main). Threads that spin on starve other programs and each other, threads that sleep at once wake too
/// late. One update of the starter with 2 + 2 pictures on 2 threads of 2 cores, idle / beside 4 busy programs:
/// libgomp's own 0.075 / 1.0 s, 10000 turns 0.075 / 1.9 s, 2000 0.080 / 0.53 s, asleep at once 0.145 / 0.44 s.
/// Returns where the person has chosen or the program cannot be started anew.
void sleep_while_waiting(char** argv);

}  // namespace big
