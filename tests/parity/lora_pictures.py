"""Pictures that diffusers draws with LoRAs and embeddings."""

import json

import numpy
import torch
from diffusers import DiffusionPipeline
from safetensors.torch import load_file, save_file


def put_text_magnitudes(pipe, file, adapter):
    """transformers 5.24 says that it passes over a text encoder's magnitudes: they are put in by hand."""
    state = pipe.text_encoder.state_dict()
    for name, tensor in load_file(file).items():
        if name.startswith("text_encoder.") and name.endswith("lora_magnitude_vector"):
            state[f"{name.removeprefix('text_encoder.')}.{adapter}.weight"].copy_(tensor)


def draw(ctx, case):
    pipe = DiffusionPipeline.from_pretrained(ctx.model_dir)
    pipe.set_progress_bar_config(disable=True)
    names = []
    for file, _ in case["loras"]:
        path = ctx.out / "lora" / file
        weight_name = "pytorch_lora_weights.safetensors" if path.is_dir() else path.name
        names.append(file.split(".")[0])
        pipe.load_lora_weights(path if path.is_dir() else path.parent, weight_name=weight_name, adapter_name=names[-1])
        put_text_magnitudes(pipe, (path / weight_name if path.is_dir() else path), names[-1])
    if names:
        pipe.set_adapters(names, [weight for _, weight in case["loras"]])
    for file, token in case["embeddings"]:
        vectors = list(load_file(ctx.out / "embeddings" / file).values())  # by name: clip_g, clip_l
        encoders = [(pipe.text_encoder, pipe.tokenizer)]
        if len(vectors) > 1:
            encoders.insert(0, (pipe.text_encoder_2, pipe.tokenizer_2))
        for tensor, (text_encoder, tokenizer) in zip(vectors, encoders):
            pipe.load_textual_inversion(tensor, token=token, text_encoder=text_encoder, tokenizer=tokenizer)
    picture = pipe(
        case["prompt"],
        num_inference_steps=case["num_inference_steps"],
        guidance_scale=case["guidance_scale"],
        generator=torch.Generator().manual_seed(case["seed"]),
        output_type="pil",
    ).images[0]
    return torch.from_numpy(numpy.asarray(picture).copy()).unsqueeze(0)


def save_pictures(ctx, cases):
    save_file({case["name"]: draw(ctx, case) for case in cases}, ctx.out / "lora_pictures.safetensors",
              metadata={"cases": json.dumps(cases)})
