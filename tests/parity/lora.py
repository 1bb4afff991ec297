"""LoRA files by peft and diffusers, and what they make of the tiny Stable Diffusion 1 and XL (families sd1 and sdxl; XL
has one adapter, as kohya writes it, and one embedding).

lora/<form>         the same adapter, "plain", as diffusers, kohya, PEFT, ComfyUI and old diffusers write it; others with
                    convolutions ("locon"), magnitudes ("dora", "lycoris_dora"), rank and alpha by layer ("rslora").
lora_merged.safetensors    <case>|<part>.<path>: weights with the adapter merged by peft in f64; metadata "files" (JSON):
                    case -> [file, weight] to apply.
lora_pictures.safetensors  <case> [n, H, W, 3] uint8 drawn by diffusers with LoRAs and embeddings; metadata "cases" (JSON).
lora_sdxl.json      every layer of SDXL's UNet and text encoders: part, diffusers' path, kohya's name, weight's shape. That
                    diffusers takes kohya's name for that layer is asserted here.
embeddings/         textual-inversion files.
"""

import json

import torch
from safetensors.torch import save_file

import lora_sdxl
from lora_formats import CONVOLUTIONS, TEXT, TRANSFORMER, Adapters, comfy, lycoris, lycoris_dora, old_diffusers, tucker
from lora_pictures import save_pictures


def write_files(ctx, folder):
    plain = Adapters(ctx.pipe, 21, TRANSFORMER, TEXT)
    locon = Adapters(ctx.pipe, 22, CONVOLUTIONS, None)
    dora = Adapters(ctx.pipe, 23, ["to_q", "to_v", "proj_in", "conv1"], ["q_proj", "fc1"], use_dora=True)
    rslora = Adapters(ctx.pipe, 24, ["to_q", "to_k", "to_v", "proj_in"], None, use_rslora=True,
                      rank_pattern={"to_k": 2}, alpha_pattern={"mid_block.attentions.0.proj_in": 3.0, "to_v": 5.0})
    plain.save_diffusers(folder / "diffusers")
    plain.save_peft(folder / "peft")
    dora.save_diffusers(folder / "dora")
    dora.save_peft(folder / "dora_peft")
    rslora.models["unet"].save_pretrained(folder / "rslora")
    scale = 6 / 4
    save_file(plain.kohya(6), folder / "kohya.safetensors", metadata={"ss_network_module": "networks.lora"})
    save_file(old_diffusers(plain, scale), folder / "old.safetensors")
    save_file(comfy(plain, scale), folder / "comfy.safetensors")
    generator = torch.Generator().manual_seed(25)
    middle, middle_merged = tucker(ctx.pipe, generator)
    unet_only = {name: tensor for name, tensor in locon.kohya(6).items() if "mid_block_resnets_0_conv2" not in name}
    save_file(unet_only | middle, folder / "locon.safetensors")
    states, lycoris_merged = lycoris(ctx.pipe, generator)
    for kind, state in states.items():
        save_file(state, folder / f"{kind}.safetensors")
    by_input, by_input_merged = lycoris_dora(ctx.pipe, generator)
    save_file(by_input, folder / "lycoris_dora.safetensors")

    merged, files = {}, {}
    for case in ("diffusers", "kohya.safetensors", "peft", "old.safetensors", "comfy.safetensors"):
        files[case] = [case, 1.0, "plain"]
    plain.merged(merged, "plain")
    for case, adapters, file, weight in (("weighted", plain, "kohya.safetensors", -0.35),
                                         ("locon", locon, "locon.safetensors", 1.0),
                                         ("dora", dora, "dora", 1.0), ("dora_peft", dora, "dora_peft", 1.0),
                                         ("dora_weighted", dora, "dora", 0.4), ("rslora", rslora, "rslora", 1.0)):
        adapters.merged(merged, case, weight)
        files[case] = [file, weight, case]
    files["lycoris_dora"] = ["lycoris_dora.safetensors", 1.0, "lycoris_dora"]
    files |= {kind: [f"{kind}.safetensors", 1.0, kind] for kind in states}
    merged |= middle_merged | by_input_merged | lycoris_merged
    save_file(merged, folder.parent / "lora_merged.safetensors", metadata={"files": json.dumps(files)})


def write_embeddings(ctx, folder):
    folder.mkdir()
    generator = torch.Generator().manual_seed(26)
    width = ctx.pipe.text_encoder.config.hidden_size
    save_file({"<cat-toy>": torch.randn(width, generator=generator)}, folder / "learned_embeds.safetensors")
    vectors = torch.randn(3, width, generator=generator)
    save_file({"emb_params": vectors}, folder / "flurfy.safetensors")
    old = {"string_to_token": {"*": 265}, "string_to_param": {"*": vectors}, "name": "pickled", "step": 500,
           "sd_checkpoint": None, "sd_checkpoint_name": None}
    torch.save(old, folder / "pickled.pt")  # as the web UIs trained them first
    save_file({"clip_l": torch.randn(2, width, generator=generator), "clip_g": torch.randn(2, 48, generator=generator)},
              folder / "sdxl.safetensors")


def picture_cases():
    common = {"prompt": "a photo of a cat, in the snow", "seed": 5, "num_inference_steps": 5, "guidance_scale": 4.0,
              "loras": [], "embeddings": []}
    yield {**common, "name": "none"}
    yield {**common, "name": "diffusers", "loras": [["diffusers", 1.0]]}
    yield {**common, "name": "kohya", "loras": [["kohya.safetensors", 0.7]]}
    yield {**common, "name": "old", "loras": [["old.safetensors", 0.4]]}
    yield {**common, "name": "dora", "loras": [["dora", 1.0]]}
    yield {**common, "name": "two", "loras": [["diffusers", 0.5], ["dora", 0.8]]}
    toys = [["learned_embeds.safetensors", "<cat-toy>"], ["flurfy.safetensors", "flurfy"]]
    yield {**common, "name": "embeddings", "prompt": "a <cat-toy>, flurfy and soft: flurfy", "embeddings": toys}
    yield {**common, "name": "embedding_case", "prompt": "a <Cat-Toy> backpack", "embeddings": toys[:1]}


def make(ctx):
    if ctx.family not in ("sd1", "sdxl"):
        return
    folder = ctx.out / "lora"
    folder.mkdir()
    if ctx.family == "sdxl":
        lora_sdxl.write_files(ctx, folder)
        save_pictures(ctx, list(lora_sdxl.picture_cases()))
        return
    write_files(ctx, folder)
    write_embeddings(ctx, ctx.out / "embeddings")
    save_pictures(ctx, list(picture_cases()))
    lora_sdxl.write_layers(ctx)
