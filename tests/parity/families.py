"""Tiny pipelines with random weights: one for each model family that the parity tests compare.

sd1      Stable Diffusion 1: epsilon, 1x1 convolutions around the transformers, quick GELU, four levels.
sd2      Stable Diffusion 2: v-prediction, linear projections, heads by level, GELU, padding with "!".
starter  the bundled model's architecture and tokenizer: v-prediction, zero-terminal SNR, trailing timesteps.
sdxl     Stable Diffusion XL: two text encoders, pooled text, time ids, deeper transformers at lower levels.

and beside sdxl, for what they alone have:

refiner  SDXL's: the second encoder alone, an aesthetic score among the time ids.
turbo    SDXL with trailing timesteps and ancestral noise, for one step without guidance.
inpaint  a UNet of nine channels; sdxl_inpaint: SDXL's.
lcm      a UNet that is told the guidance scale, and its scheduler.
"""

import json
import math
import shutil
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    LatentConsistencyModelPipeline,
    LCMScheduler,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLInpaintPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    PreTrainedTokenizerFast,
)

from clip_vocabulary import clip_vocabulary, write_clip_vocabulary

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ("sd1", "sd2", "starter", "sdxl")
# Made in the process of another family, with fewer references: importing takes longest.
COMPANIONS = {"sdxl": ("refiner", "turbo", "inpaint", "sdxl_inpaint", "lcm")}
PARTS = ("text_encoder", "unet", "vae", "text_encoder_2")


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


def text_encoder(kind=CLIPTextModel, **config):
    shared = dict(layer_norm_eps=1e-5, attention_dropout=0.0)
    return kind(CLIPTextConfig(**shared, **config))


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


STABLE_DIFFUSION = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")


def small_vae(**config):
    return AutoencoderKL(
        block_out_channels=(16, 32, 32),
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        layers_per_block=2,
        latent_channels=4,
        norm_num_groups=8,
        sample_size=64,
        **config,
    )


def small_encoder():
    return text_encoder(
        vocab_size=49408, hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
        max_position_embeddings=77, hidden_act="quick_gelu", bos_token_id=0, eos_token_id=2, pad_token_id=1,
    )


def projected_encoder(eos_token_id):
    return text_encoder(
        CLIPTextModelWithProjection, vocab_size=49408, hidden_size=48, intermediate_size=96, num_hidden_layers=3,
        num_attention_heads=4, max_position_embeddings=77, hidden_act="gelu", projection_dim=40, bos_token_id=0,
        eos_token_id=eos_token_id, pad_token_id=1,
    )


def sdxl_parts(**unet):
    return dict(
        vae=small_vae(scaling_factor=0.13025),
        text_encoder=small_encoder(),
        text_encoder_2=projected_encoder(eos_token_id=2),
        tokenizer=clip_tokenizer("<|endoftext|>"),
        tokenizer_2=clip_tokenizer("!"),
        unet=UNet2DConditionModel(
            sample_size=16,
            block_out_channels=(32, 64, 96),
            down_block_types=("DownBlock2D",) + ("CrossAttnDownBlock2D",) * 2,
            up_block_types=("CrossAttnUpBlock2D",) * 2 + ("UpBlock2D",),
            layers_per_block=2,
            transformer_layers_per_block=[1, 2, 3],
            attention_head_dim=[2, 4, 6],
            cross_attention_dim=32 + 48,
            norm_num_groups=8,
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=40 + 6 * 8,
            **unet,
        ),
        scheduler=EulerDiscreteScheduler(**STABLE_DIFFUSION, steps_offset=1, timestep_spacing="leading"),
        add_watermarker=False,
    )


def sdxl():
    return StableDiffusionXLPipeline(**sdxl_parts())


def turbo():
    trailing = EulerAncestralDiscreteScheduler(**STABLE_DIFFUSION, steps_offset=1, timestep_spacing="trailing")
    return StableDiffusionXLPipeline(**sdxl_parts() | {"scheduler": trailing})


def sdxl_inpaint():
    return StableDiffusionXLInpaintPipeline(**sdxl_parts(in_channels=9))


def refiner():
    return StableDiffusionXLImg2ImgPipeline(
        vae=small_vae(scaling_factor=0.13025),
        text_encoder=None,
        text_encoder_2=projected_encoder(eos_token_id=49407),
        tokenizer=None,
        tokenizer_2=clip_tokenizer("!"),
        unet=UNet2DConditionModel(
            sample_size=16,
            block_out_channels=(32, 64, 64, 64),
            down_block_types=("DownBlock2D",) + ("CrossAttnDownBlock2D",) * 2 + ("DownBlock2D",),
            up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 2 + ("UpBlock2D",),
            layers_per_block=2,
            transformer_layers_per_block=2,
            attention_head_dim=[2, 4, 8, 8],
            cross_attention_dim=48,
            norm_num_groups=8,
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=40 + 5 * 8,
        ),
        scheduler=EulerDiscreteScheduler(**STABLE_DIFFUSION, steps_offset=1, timestep_spacing="leading"),
        requires_aesthetics_score=True,
        force_zeros_for_empty_prompt=False,
        add_watermarker=False,
    )


def small_unet(**config):
    return UNet2DConditionModel(
        sample_size=16,
        block_out_channels=(32, 64),
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        layers_per_block=1,
        attention_head_dim=8,
        cross_attention_dim=32,
        norm_num_groups=8,
        **config,
    )


def inpaint():
    return StableDiffusionInpaintPipeline(
        vae=small_vae(),
        text_encoder=small_encoder(),
        tokenizer=clip_tokenizer("<|endoftext|>"),
        unet=small_unet(in_channels=9),
        scheduler=DDIMScheduler(**STABLE_DIFFUSION, clip_sample=False, set_alpha_to_one=False, steps_offset=1),
        **NO_EXTRAS,
    )


def lcm():
    return LatentConsistencyModelPipeline(
        vae=small_vae(),
        text_encoder=small_encoder(),
        tokenizer=clip_tokenizer("<|endoftext|>"),
        unet=small_unet(time_cond_proj_dim=24),
        scheduler=LCMScheduler(**STABLE_DIFFUSION, steps_offset=1),  # for the other schedulers made from it
        **NO_EXTRAS,
    )


NO_EXTRAS = dict(
    safety_checker=None, feature_extractor=None, image_encoder=None, requires_safety_checker=False
)


MAKERS = {maker.__name__: maker for maker in (sd1, sd2, starter, sdxl, refiner, turbo, inpaint, sdxl_inpaint, lcm)}


def parts(pipe):
    """(name, network) of those that the pipeline has."""
    found = ((name, getattr(pipe, name, None)) for name in PARTS)
    return [(name, part) for name, part in found if part is not None]


def make_pipeline(family):
    """The family's pipeline: fp32, eval, the same random weights each time."""
    pipe = MAKERS[family]()
    seed = 1000 * (1 + list(MAKERS).index(family))
    for name, part in parts(pipe):
        randomise(part.float(), seed + PARTS.index(name))
    pipe.set_progress_bar_config(disable=True)
    return pipe


def save_pipeline(pipe, folder):
    """A diffusers folder; its tokenizer also in the files that the real models' folders hold."""
    pipe.save_pretrained(folder)
    for name in ("tokenizer", "tokenizer_2"):
        tokenizer = getattr(pipe, name, None)
        if isinstance(tokenizer, CLIPTokenizer):
            write_clip_files(folder / name, tokenizer.pad_token)
        elif tokenizer is not None:
            shutil.copytree(ROOT / "models" / "starter" / "tokenizer", folder / name, dirs_exist_ok=True)
