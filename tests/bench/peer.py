"""The peer's side of the benchmark, one process a measurement.

peer.py first_call MODEL THREADS          draws with diffusers' pipeline until the UNet is called the first time
peer.py train MODEL STEPS BATCH THREADS   train_dreambooth.py's loop on cached latents and text embeddings
peer.py script MODEL STEPS BATCH THREADS  the same as the script runs it: VAE and text encoder at every step
"""

import itertools
import json
import os
import sys
import time


def first_call(model, threads):
    import torch
    from diffusers import StableDiffusionPipeline

    torch.set_num_threads(threads)
    pipe = StableDiffusionPipeline.from_pretrained(model, dtype=torch.float32)

    def stop(*_):
        print("first UNet call", flush=True)
        os._exit(0)

    pipe.unet.register_forward_pre_hook(stop)
    pipe("a cat", num_inference_steps=2, generator=torch.Generator().manual_seed(0))


def train(model, steps, batch, threads, cached):
    import torch
    import torch.nn.functional as F
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
    from transformers import AutoTokenizer, CLIPTextModel

    torch.set_num_threads(threads)
    unet = UNet2DConditionModel.from_pretrained(model, subfolder="unet", dtype=torch.float32).train()
    vae = AutoencoderKL.from_pretrained(model, subfolder="vae", dtype=torch.float32).requires_grad_(False)
    text_encoder = CLIPTextModel.from_pretrained(model, subfolder="text_encoder", dtype=torch.float32)
    text_encoder.requires_grad_(False)
    tokenizer = AutoTokenizer.from_pretrained(model, subfolder="tokenizer")
    scheduler = DDIMScheduler.from_pretrained(model, subfolder="scheduler")
    optimizer = torch.optim.AdamW(unet.parameters(), lr=1e-6, weight_decay=1e-2, fused=False)

    def embed():
        ids = tokenizer(
            ["a sks cat"] * batch + ["a cat"] * batch,
            padding="max_length",
            truncation=True,
            max_length=tokenizer.model_max_length,
            return_tensors="pt",
        ).input_ids
        return text_encoder(ids, return_dict=False)[0]

    side = unet.config.sample_size
    pixels_side = side << (len(vae.config.block_out_channels) - 1)
    pixels = torch.rand(2 * batch, 3, pixels_side, pixels_side) * 2 - 1
    with torch.no_grad():
        distribution, embeddings = vae.encode(pixels).latent_dist, embed()

    seconds = []
    for _ in range(steps):
        start = time.perf_counter()
        latents = (distribution if cached else vae.encode(pixels).latent_dist).sample() * vae.config.scaling_factor
        noise = torch.randn_like(latents)
        timesteps = torch.randint(0, scheduler.config.num_train_timesteps, (2 * batch,))
        noisy = scheduler.add_noise(latents, noise, timesteps)
        prediction = unet(noisy, timesteps, embeddings if cached else embed(), return_dict=False)[0]
        target = scheduler.get_velocity(latents, noise, timesteps)
        if scheduler.config.prediction_type == "epsilon":
            target = noise
        (ours, prior), (ours_target, prior_target) = prediction.chunk(2), target.chunk(2)
        loss = F.mse_loss(ours, ours_target) + F.mse_loss(prior, prior_target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(itertools.chain(unet.parameters()), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        loss.item()
        seconds.append(time.perf_counter() - start)
    print(json.dumps(seconds))


if __name__ == "__main__":
    what, model, *numbers = sys.argv[1:]
    if what == "first_call":
        first_call(model, *map(int, numbers))
    else:
        train(model, *map(int, numbers), cached=what == "train")
