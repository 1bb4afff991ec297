#pragma once

#include <cstdint>

#include "big/imaging/image.h"

namespace big {

/// A photo drawn by numbers: a shaded, textured figure before a background, through a lens and onto a sensor with
/// its noise. Equal numbers give equal pictures.
struct DrawnPhoto {
  uint32_t subject = 1;     ///< its shape, colours and texture
  uint32_t pose = 1;        ///< where it is, how it is turned, how its parts lie
  uint32_t background = 1;  ///< room, lawn, street, wall: colours, texture and things that stand about
  uint32_t view = 1;        ///< how the camera stands before that background: a few steps aside, a little nearer
  uint32_t noise = 1;       ///< the sensor's
  double stops = 0;         ///< exposure; -1 lets in half the light
  double grain = 3;         ///< the noise's deviation in the middle tones, of 255
  int width = 480, height = 360;
};
Image draw_photo(const DrawnPhoto& photo);

/// Light is smeared before the sensor: by a Gaussian of `sigma` pixels,
Image defocus(const Image& photo, double sigma);
/// evenly over a disc, as an open lens does,
Image disc_blur(const Image& photo, double radius);
/// or along a line of `length` pixels, in radians.
Image motion_blur(const Image& photo, double length, double angle);
/// Noise on what was smeared: cameras add it last.
Image add_grain(const Image& photo, double grain, uint32_t seed);

/// Turned by radians, enlarged about the middle, brighter by a factor: what a second take changes.
struct SecondTake {
  double turn = 0, zoom = 1, shift_x = 0, shift_y = 0, light = 1;  ///< shifts in shares of a side
};
Image take_again(const Image& photo, const SecondTake& take);

}  // namespace big
