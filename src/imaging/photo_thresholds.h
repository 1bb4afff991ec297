#pragma once

namespace big {

// Where the photo doctor draws its lines. Found with the drawn photos of tests/imaging/photo_doctor_measure_test.cpp
// (docs/training.md has the figures) and held against DreamBooth's 15 photo subjects, whose own values stand beside.

/// Bits of 64 in which the perceptual hashes of two takes of one picture differ at most. Of the 3160 pairs of those
/// photos, one of which is another mirrored, no other pair differs in fewer than 16; drawings of one face in one place
/// come to 12. Zauner's thesis, which the hash is from, takes 10 as well.
constexpr int kNearDuplicateBits = 10;

/// Pixels, at the size that is learned, over which the sharpest edges are smeared (edge_blur.h). Photos of people
/// who meant them to be sharp: 0 to 2.02, half of them under 0.8; smeared by 2 pixels more: most over 2.2.
constexpr double kBlurredEdge = 2.2;
/// Pixels of a side; smaller pictures have too few edges to tell by.
constexpr int kSmallestForBlur = 64;

/// Brightness of 255 that all but the brightest twentieth of a photo stays under. A well lit photo taken with an
/// exposure 3 stops too short comes to 76; the darkest of the photo subjects, a black cat at night, to 107.
constexpr double kDarkBrightest = 90;
constexpr double kDarkShare = 0.95;

/// Long side by short side. 3:2, the widest that cameras write unasked, leaves a square 67 % of the photo; 16:9
/// leaves it 56 %.
constexpr double kWideAspect = 1.6;

/// Likeness of the colours around the middle (background.h) of photos before one background, which the camera sees
/// from a few steps aside. Drawn rooms: 0.85 to 0.98 where it is one room, else 0.1 to 0.56; photos on one table in
/// a studio 0.99; the other photo subjects' fourth most alike photos of five 0.57 at most.
constexpr double kSameBackground = 0.72;
/// How many of the photos must be alike, and of how many at least: two may well be.
constexpr double kSameBackgroundShare = 0.8;
constexpr int kFewestForBackground = 3;

}  // namespace big
