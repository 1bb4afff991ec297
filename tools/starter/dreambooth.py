"""Teaches a starter one subject in Python and measures it: how the base's defaults (`big.json`) were found.

    python dreambooth.py --model models/starter --photos examples/drawn --category cat \
        --others tests/starter/cats --sheet build/starter/cat.png

The plain DreamBooth step: UNet only, uniform timesteps, AdamW, half of each batch class pictures that the base drew.
A picture is the subject's when its nearest photo, by colour and gradient histograms, is one of the subject's and not
one of the others'.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import StableDiffusionPipeline
from PIL import Image, ImageOps

from pictures import SIZE

STEPS, GUIDANCE = 25, 3.0


def read_photos(folder: Path) -> np.ndarray:
    """The folder's pictures [N, 64, 64, 3], the middle square of each."""
    paths = sorted(p for p in folder.iterdir() if p.suffix in (".png", ".jpg"))
    photos = [ImageOps.exif_transpose(Image.open(path)).convert("RGB") for path in paths]
    return np.stack([np.asarray(ImageOps.fit(photo, (SIZE, SIZE), Image.Resampling.LANCZOS)) for photo in photos])


@torch.no_grad()
def draw(pipe: StableDiffusionPipeline, prompts: list[str], seed: int) -> torch.Tensor:
    """Latents [N, 4, 16, 16] of one picture a prompt, the i-th with its own seed."""
    latents = []
    for start in range(0, len(prompts), 16):
        part = prompts[start : start + 16]
        generators = [torch.Generator().manual_seed(seed + start + i) for i in range(len(part))]
        drawn = pipe(
            part, num_inference_steps=STEPS, guidance_scale=GUIDANCE, generator=generators, output_type="latent"
        )
        latents.append(drawn.images)
    return torch.cat(latents)


@torch.no_grad()
def decode(pipe: StableDiffusionPipeline, latents: torch.Tensor) -> np.ndarray:
    pixels = pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample.clamp(-1, 1)
    return ((pixels + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


@torch.no_grad()
def encode(pipe: StableDiffusionPipeline, rgb: np.ndarray) -> torch.Tensor:
    x = torch.from_numpy(rgb).permute(0, 3, 1, 2).float() / 127.5 - 1
    return pipe.vae.encode(x).latent_dist.mean * pipe.vae.config.scaling_factor


@torch.no_grad()
def text_states(pipe: StableDiffusionPipeline, prompt: str) -> torch.Tensor:
    ids = pipe.tokenizer(prompt, padding="max_length", truncation=True, return_tensors="pt").input_ids
    return pipe.text_encoder(ids).last_hidden_state


def teach(pipe, photos: torch.Tensor, class_pictures: torch.Tensor, category: str, arguments) -> float:
    """Trains the pipeline's UNet in place; returns the mean loss of the last fifty steps."""
    unet, alphas, count = pipe.unet.train(), pipe.scheduler.alphas_cumprod, arguments.train_batch_size
    random = torch.Generator().manual_seed(arguments.seed)
    optimiser = torch.optim.AdamW(unet.parameters(), lr=arguments.learning_rate, weight_decay=1e-2)
    text = torch.cat([text_states(pipe, f"a sks {category}")] * count + [text_states(pipe, f"a {category}")] * count)
    losses = []
    for _ in range(arguments.max_train_steps):
        mine = torch.randint(len(photos), (count,), generator=random)
        theirs = torch.randint(len(class_pictures), (count,), generator=random)
        x = torch.cat([photos[mine], class_pictures[theirs]])
        t = torch.randint(len(alphas), (2 * count,), generator=random)
        signal, level = alphas[t].sqrt().view(-1, 1, 1, 1), (1 - alphas[t]).sqrt().view(-1, 1, 1, 1)
        noise = torch.randn(x.shape, generator=random)
        predicted = unet(signal * x + level * noise, t, text).sample
        instance, prior = F.mse_loss(predicted, signal * noise - level * x, reduction="none").chunk(2)
        loss = instance.mean() + arguments.prior_loss_weight * prior.mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    unet.eval()
    return float(np.mean(losses[-50:]))


def features(rgb: np.ndarray) -> np.ndarray:
    """Square roots of two histograms a picture: 6x6x6 colours, and 8 gradient directions in 4x4 cells."""
    rows = []
    for picture in rgb:
        colour = np.histogramdd(picture.reshape(-1, 3), bins=6, range=[(0, 256)] * 3)[0].ravel()
        grey = picture.astype(np.float32).mean(2)
        down, right = np.gradient(grey)
        direction = ((np.arctan2(down, right) + np.pi) / (2 * np.pi) * 8).astype(int) % 8
        cell = (np.arange(SIZE) * 4 // SIZE)[:, None] * 4 + (np.arange(SIZE) * 4 // SIZE)[None, :]
        gradient = np.bincount((cell * 8 + direction).ravel(), np.hypot(down, right).ravel(), minlength=128)
        rows.append(np.concatenate([np.sqrt(h / max(h.sum(), 1e-6)) for h in (colour, gradient)]))
    return np.stack(rows)


def nearer_to_mine(pictures: np.ndarray, mine: np.ndarray, others: np.ndarray) -> int:
    """How many pictures have their nearest neighbour among `mine`."""
    drawn = features(pictures)
    own, other = (
        np.linalg.norm(drawn[:, None] - features(photos)[None], axis=2).min(1) for photos in (mine, others)
    )
    return int((own < other).sum())


def sheet(rows: list[np.ndarray], path: Path) -> None:
    """Rows of pictures, one below the other."""
    width, edge = max(map(len, rows)), SIZE + 2
    canvas = np.full((len(rows) * edge, width * edge, 3), 255, np.uint8)
    for i, row in enumerate(rows):
        for j, picture in enumerate(row):
            canvas[i * edge : i * edge + SIZE, j * edge : j * edge + SIZE] = picture
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(canvas).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--category", required=True)
    parser.add_argument("--others", type=Path, required=True, help="pictures of other subjects of the class")
    parser.add_argument("--sheet", type=Path, required=True)
    parser.add_argument("--max_train_steps", type=int, default=250)
    parser.add_argument("--learning_rate", type=float, default=3e-4)
    parser.add_argument("--train_batch_size", type=int, default=2)
    parser.add_argument("--num_class_images", type=int, default=48)
    parser.add_argument("--prior_loss_weight", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    pipe = StableDiffusionPipeline.from_pretrained(arguments.model)
    pipe.set_progress_bar_config(disable=True)
    category, photos, others = arguments.category, read_photos(arguments.photos), read_photos(arguments.others)

    started = time.process_time()
    class_pictures = draw(pipe, [f"a {category}"] * arguments.num_class_images, seed=5000)
    drawn = time.process_time()
    loss = teach(pipe, encode(pipe, photos), class_pictures, category, arguments)
    taught = time.process_time()

    places = [f"a sks {category}, on a {place} background" for place in ("red", "green", "blue", "grass") for _ in range(4)]
    elsewhere = [f"a {other}" for other in ("dog", "bear", "face", "car") for _ in range(4)]
    prompts = [f"a sks {category}"] * 16, [f"a {category}"] * 16, places, elsewhere
    rows = [decode(pipe, draw(pipe, row, seed=100)) for row in prompts]
    sheet([photos, decode(pipe, encode(pipe, photos)), others[:16], *rows], arguments.sheet)
    print(
        f"{arguments.photos.name}: subject {nearer_to_mine(rows[0], photos, others)}/16, "
        f"class {nearer_to_mine(rows[1], photos, others)}/16, in places {nearer_to_mine(rows[2], photos, others)}/16, "
        f"loss {loss:.3f}, CPU seconds: class pictures {drawn - started:.0f}, training {taught - drawn:.0f}"
    )


if __name__ == "__main__":
    main()
