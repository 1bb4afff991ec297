// The translation unit that carries the precompiled torch header.
