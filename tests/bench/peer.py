"""The peer's side of the benchmark: diffusers as its documentation runs it on a CPU (SDPA, no_grad, fp32).

peer.py first_call MODEL THREADS                     draws until the UNet is called the first time, says so and ends
peer.py WHAT MODEL SIDE BATCH THREADS [--tuned]      does WHAT once for every line on stdin, as bench_worker.cpp does

WHAT: unet, vae_decode, vae_encode, text, picture, train, train_script, train_lora. train is train_dreambooth.py's loop
on cached latents and text embeddings, train_script the same as the script runs it: VAE and text encoder at every step.
--tuned: channels_last.
"""

import argparse
import itertools
import os
import sys
import time


def load(options):
    import torch
    from diffusers import DiffusionPipeline

    torch.set_num_threads(options.threads)
    pipe = DiffusionPipeline.from_pretrained(options.model, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    if options.tuned:
        for part in (pipe.unet, pipe.vae):
            part.to(memory_format=torch.channels_last)
    return pipe


def first_call(options):
    pipe = load(options)

    def stop(*_):
        print("first UNet call", flush=True)
        os._exit(0)

    pipe.unet.register_forward_pre_hook(stop)
    pipe("a cat", num_inference_steps=2)


def encode(pipe, prompts):
    """(embeddings, the UNet's added conditions)."""
    if hasattr(pipe, "tokenizer_2"):
        embeddings, _, pooled, _ = pipe.encode_prompt(prompts, device="cpu", do_classifier_free_guidance=False)
        return embeddings, pooled
    return pipe.encode_prompt(prompts, "cpu", 1, False)[0], None


def added_conditions(pooled, side):
    import torch

    if pooled is None:
        return None
    return {"text_embeds": pooled, "time_ids": torch.tensor([[side, side, 0, 0, side, side]] * len(pooled), dtype=torch.float32)}


def drawing_work(pipe, options):
    """What a request does, for everything but training."""
    import torch

    side = options.side // pipe.vae_scale_factor
    channels = pipe.vae.config.latent_channels
    if options.what == "text":
        return lambda: encode(pipe, ["", "a cat"])
    if options.what == "vae_decode":
        latents = torch.randn(1, channels, side, side)
        return lambda: pipe.vae.decode(latents, return_dict=False)
    if options.what == "vae_encode":
        pixels = torch.rand(1, 3, options.side, options.side) * 2 - 1
        return lambda: pipe.vae.encode(pixels, return_dict=False)
    if options.what == "picture":
        return lambda: pipe("a cat", num_images_per_prompt=options.batch, num_inference_steps=25, height=options.side,
                            width=options.side)
    latents = torch.randn(2, pipe.unet.config.in_channels, side, side)
    embeddings, pooled = encode(pipe, ["", "a cat"])
    added = added_conditions(pooled, options.side)
    return lambda: pipe.unet(latents, 500, embeddings, added_cond_kwargs=added, return_dict=False)


def training_work(pipe, options):
    """One update of train_dreambooth.py's loop (for LoRA train_dreambooth_lora.py's, rank 4)."""
    import torch
    import torch.nn.functional as F

    unet, vae, batch = pipe.unet.train(), pipe.vae.requires_grad_(False), options.batch
    for encoder in (pipe.text_encoder, getattr(pipe, "text_encoder_2", None)):
        if encoder is not None:
            encoder.requires_grad_(False)
    if options.what == "train_lora":
        from peft import LoraConfig

        unet.requires_grad_(False)
        unet.add_adapter(LoraConfig(r=4, lora_alpha=4, init_lora_weights="gaussian",
                                    target_modules=["to_k", "to_q", "to_v", "to_out.0"]))
    trained = [parameter for parameter in unet.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-6, weight_decay=1e-2)
    prompts = ["a sks cat"] * batch + ["a cat"] * batch
    pixels = torch.rand(2 * batch, 3, options.side, options.side) * 2 - 1
    with torch.no_grad():
        distribution, (embeddings, pooled) = vae.encode(pixels).latent_dist, encode(pipe, prompts)
    scheduler = pipe.scheduler
    script = options.what == "train_script"

    def update():
        with torch.no_grad():
            now = vae.encode(pixels).latent_dist if script else distribution
            text, text_pooled = encode(pipe, prompts) if script else (embeddings, pooled)
        latents = now.sample() * vae.config.scaling_factor
        noise = torch.randn_like(latents)
        timesteps = torch.randint(0, scheduler.config.num_train_timesteps, (2 * batch,))
        alphas = scheduler.alphas_cumprod[timesteps].view(-1, 1, 1, 1)
        noisy = alphas.sqrt() * latents + (1 - alphas).sqrt() * noise
        prediction = unet(noisy, timesteps, text, added_cond_kwargs=added_conditions(text_pooled, options.side),
                          return_dict=False)[0]
        velocity = scheduler.config.prediction_type == "v_prediction"
        target = alphas.sqrt() * noise - (1 - alphas).sqrt() * latents if velocity else noise
        (ours, prior), (ours_target, prior_target) = prediction.chunk(2), target.chunk(2)
        loss = F.mse_loss(ours, ours_target) + F.mse_loss(prior, prior_target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(itertools.chain(trained), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        loss.item()

    return update


def serve(options):
    import torch

    pipe = load(options)
    training = options.what.startswith("train")
    with torch.set_grad_enabled(training):
        work = (training_work if training else drawing_work)(pipe, options)
        work()
        print("ready", flush=True)
        for _ in sys.stdin:
            start = time.perf_counter()
            work()
            print(time.perf_counter() - start, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what")
    parser.add_argument("model")
    parser.add_argument("numbers", type=int, nargs="+")
    parser.add_argument("--tuned", action="store_true")
    options = parser.parse_args()
    if options.what == "first_call":
        (options.threads,) = options.numbers
        return first_call(options)
    options.side, options.batch, options.threads = options.numbers
    return serve(options)


if __name__ == "__main__":
    main()
