"""Tiny pipelines with random weights: one for each model family that the parity tests compare.

sd1      Stable Diffusion 1: epsilon, 1x1 convolutions around the transformers, quick GELU, four levels.
sd2      Stable Diffusion 2: v-prediction, linear projections, heads by level, GELU, padding with "!".
starter  the bundled model's architecture and tokenizer: v-prediction, zero-terminal SNR, trailing timesteps.
"""

import json
import math
import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, PreTrainedTokenizerFast

from clip_vocabulary import clip_vocabulary, write_clip_vocabulary

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ("sd1", "sd2", "starter")


def randomise(module, seed):
    """Weights that keep the signal's size, with norms and biases that are not the identity."""
    generator = torch.Generator().manual_seed(seed)

    def draw(like):
        return torch.randn(like.shape, generator=generator)

    with torch.no_grad():
        for name, parameter in sorted(module.named_parameters()):
            if "embedding.weight" in name:
                parameter.copy_(0.7 * draw(parameter))
            elif parameter.dim() >= 2:
                parameter.copy_(draw(parameter) / math.sqrt(parameter[0].numel()))
            elif name.endswith("bias"):
                parameter.copy_(0.1 * draw(parameter))
            else:
                parameter.copy_(1 + 0.2 * draw(parameter))
    return module.eval()


def clip_tokenizer(pad_token):
    pieces, merges = clip_vocabulary()
    return CLIPTokenizer(
        vocab={piece: i for i, piece in enumerate(pieces)},
        merges=[tuple(merge.split()) for merge in merges],
        pad_token=pad_token,
        model_max_length=77,
    )


def write_clip_files(folder, pad_token):
    """vocab.json, merges.txt and special_tokens_map.json, as Stable Diffusion's own folders have them."""
    write_clip_vocabulary(folder)
    special = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    special["pad_token"] = pad_token
    folder.joinpath("special_tokens_map.json").write_text(json.dumps(special, indent=2), encoding="utf-8")


def text_encoder(**config):
    shared = dict(layer_norm_eps=1e-5, attention_dropout=0.0)
    return CLIPTextModel(CLIPTextConfig(**shared, **config))


def sd1():
    return StableDiffusionPipeline(
        vae=AutoencoderKL(
            block_out_channels=(16, 16, 32, 32),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=2,
            latent_channels=4,
            norm_num_groups=8,
            sample_size=128,
        ),
        text_encoder=text_encoder(
            vocab_size=49408, hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
            max_position_embeddings=77, hidden_act="quick_gelu", bos_token_id=0, eos_token_id=2, pad_token_id=1,
        ),
        tokenizer=clip_tokenizer("<|endoftext|>"),
        unet=UNet2DConditionModel(
            sample_size=16,
            block_out_channels=(32, 64, 64, 64),
            down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
            up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
            layers_per_block=2,
            attention_head_dim=8,
            cross_attention_dim=32,
            norm_num_groups=8,
        ),
        scheduler=DDIMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
            set_alpha_to_one=False, steps_offset=1, prediction_type="epsilon",
        ),
        **NO_EXTRAS,
    )


def sd2():
    return StableDiffusionPipeline(
        vae=AutoencoderKL(
            block_out_channels=(16, 32, 32),
            down_block_types=("DownEncoderBlock2D",) * 3,
            up_block_types=("UpDecoderBlock2D",) * 3,
            layers_per_block=2,
            latent_channels=4,
            norm_num_groups=8,
            sample_size=64,
        ),
        text_encoder=text_encoder(
            vocab_size=49408, hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
            max_position_embeddings=77, hidden_act="gelu", bos_token_id=0, eos_token_id=2, pad_token_id=1,
        ),
        tokenizer=clip_tokenizer("!"),
        unet=UNet2DConditionModel(
            sample_size=16,
            block_out_channels=(32, 64, 96),
            down_block_types=("CrossAttnDownBlock2D",) * 2 + ("DownBlock2D",),
            up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 2,
            layers_per_block=2,
            attention_head_dim=[2, 4, 6],
            cross_attention_dim=48,
            norm_num_groups=8,
            use_linear_projection=True,
        ),
        scheduler=DDIMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
            set_alpha_to_one=False, steps_offset=1, prediction_type="v_prediction",
        ),
        **NO_EXTRAS,
    )


def starter():
    folder = ROOT / "models" / "starter"

    def config(part, name="config.json"):
        return json.loads((folder / part / name).read_text(encoding="utf-8"))

    return StableDiffusionPipeline(
        vae=AutoencoderKL.from_config(config("vae")),
        text_encoder=CLIPTextModel(CLIPTextConfig.from_dict(config("text_encoder"), dtype="float32")),
        tokenizer=PreTrainedTokenizerFast.from_pretrained(folder / "tokenizer"),
        unet=UNet2DConditionModel.from_config(config("unet")),
        scheduler=DDIMScheduler.from_config(config("scheduler", "scheduler_config.json")),
        **NO_EXTRAS,
    )


NO_EXTRAS = dict(
    safety_checker=None, feature_extractor=None, image_encoder=None, requires_safety_checker=False
)


def make_pipeline(family):
    """The family's StableDiffusionPipeline: fp32, eval, the same random weights each time."""
    pipe = {"sd1": sd1, "sd2": sd2, "starter": starter}[family]()
    seed = 1000 * (1 + FAMILIES.index(family))
    for offset, part in enumerate((pipe.text_encoder, pipe.unet, pipe.vae)):
        randomise(part.float(), seed + offset)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def save_pipeline(pipe, folder):
    """A diffusers folder; its tokenizer also in the files that the real models' folders hold."""
    pipe.save_pretrained(folder)
    if isinstance(pipe.tokenizer, CLIPTokenizer):
        write_clip_files(folder / "tokenizer", pipe.tokenizer.pad_token)
    else:
        shutil.copytree(ROOT / "models" / "starter" / "tokenizer", folder / "tokenizer", dirs_exist_ok=True)
