"""Inputs, outputs and gradients of every part and block of the family's networks.

networks_f64, networks_f32.safetensors   <part>/<module>|in.<argument>, |out, |grad.<parameter> (f64 alone), recorded
    while diffusers' and transformers' own modules run; the whole part has the module "".
networks_faults.safetensors   <fault>/<part>|out in f64 with one thing wrong: what a comparison must notice.
dtypes.safetensors (sd1 alone)   a file of the safetensors package with every dtype.
"""

import copy
import inspect
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

import families

BLOCKS = {
    "CLIPTextEmbeddings", "CLIPAttention", "CLIPMLP", "CLIPEncoderLayer",
    "TimestepEmbedding", "Timesteps", "ResnetBlock2D", "Transformer2DModel", "BasicTransformerBlock", "Attention",
    "FeedForward", "Downsample2D", "Upsample2D", "DownBlock2D", "CrossAttnDownBlock2D", "UNetMidBlock2DCrossAttn",
    "UpBlock2D", "CrossAttnUpBlock2D", "Encoder", "Decoder", "DownEncoderBlock2D", "UpDecoderBlock2D",
    "UNetMidBlock2D",
}


# Families of which a part alone is new.
NEW_PARTS = {
    "refiner": ("text_encoder_2", "unet", "unet_odd"),
    "turbo": (),
    "inpaint": ("unet", "unet_odd"),
    "sdxl_inpaint": (),
    "lcm": ("unet", "unet_odd"),
}
ALL_PARTS = ("text_encoder", "text_encoder_2", "unet", "unet_odd", "vae_encode", "vae_decode")
LARGEST_ID_ENDS = 2  # an eos_token_id that transformers reads as "the largest id of the row"


class Parts:
    """The networks in one dtype, and one input for each thing they do."""

    def __init__(self, pipe, dtype):
        self.text_encoder = self.text_encoder_2 = None
        for name, part in families.parts(pipe):
            setattr(self, name, copy.deepcopy(part).to(dtype))
        self.pipe, self.dtype = pipe, dtype
        config = (self.text_encoder or self.text_encoder_2).config
        window = config.max_position_embeddings
        generator = torch.Generator().manual_seed(11)

        def draw(*shape):
            return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

        channels, side = pipe.unet.config.in_channels, pipe.unet.config.sample_size
        self.ids = torch.randint(0, config.vocab_size, (2, window), generator=generator)
        # Texts of two lengths, one with the token that ends it several times, as padding is.
        end = config.vocab_size - 1 if config.eos_token_id == LARGEST_ID_ENDS else config.eos_token_id
        self.ids[self.ids == end] = 0
        self.ids[0, [5, 9, 10]] = self.ids[1, 7] = end
        self.sample, self.odd_sample = draw(2, channels, side, side), draw(1, channels, side - 3, side + 5)
        self.timestep = torch.tensor([3, 761])
        self.context = draw(2, window, pipe.unet.config.cross_attention_dim)
        self.conditions = self.added_conditions(draw)
        factor = pipe.vae_scale_factor
        self.pixels, self.latents = draw(1, 3, 8 * factor, 6 * factor + 1).tanh(), draw(1, 4, 5, 6)

    def added_conditions(self, draw):
        """What the UNet is told beside picture, time and text, two rows each, by our names."""
        config, conditions = self.unet.config, {}
        if config.addition_embed_type == "text_time":
            conditions["pooled"] = draw(2, self.text_encoder_2.config.projection_dim)
            sizes = torch.tensor([[1024.0, 768, 16, 0, 1024, 512], [3024, 4032, 0, 171, 1024, 1024]])
            scores = torch.tensor([[1024.0, 768, 16, 0, 6], [3024, 4032, 0, 171, 2.5]])
            width = config.projection_class_embeddings_input_dim - self.text_encoder_2.config.projection_dim
            conditions["time_ids"] = sizes if width == 6 * config.addition_time_embed_dim else scores
        if config.time_cond_proj_dim is not None:
            conditions["guidance_scale"] = torch.tensor([7.5, 2.25])
        return conditions

    def call_unet(self, sample, timestep, context, pooled=None, time_ids=None, guidance_scale=None):
        named = {}
        if pooled is not None:
            named["added_cond_kwargs"] = {"text_embeds": pooled, "time_ids": time_ids}
        if guidance_scale is not None:
            width = self.unet.config.time_cond_proj_dim
            embedding = self.pipe.get_guidance_scale_embedding(guidance_scale - 1, embedding_dim=width)
            named["timestep_cond"] = embedding.to(self.dtype)
        return self.unet(sample, timestep, context, **named).sample

    def said(self, encoder):
        """All that our encoders give, in one tensor: last and penultimate hidden states and the pooled text."""
        output = encoder(self.ids, output_hidden_states=True)
        pooled = output.text_embeds if hasattr(output, "text_embeds") else output.pooler_output
        return torch.cat([output.last_hidden_state.flatten(1), output.hidden_states[-2].flatten(1), pooled], 1)

    def calls(self, wanted=ALL_PARTS):
        """part -> (inputs, the call)."""
        whole = {"sample": self.sample, "timestep": self.timestep, "context": self.context, **self.conditions}
        odd = {name: value[:1] for name, value in self.conditions.items()}
        odd |= {"sample": self.odd_sample, "timestep": self.timestep[1:], "context": self.context[:1]}
        all_calls = {
            "text_encoder": ({"ids": self.ids}, lambda: self.said(self.text_encoder)),
            "text_encoder_2": ({"ids": self.ids}, lambda: self.said(self.text_encoder_2)),
            "unet": (whole, lambda: self.call_unet(**whole)),
            "unet_odd": (odd, lambda: self.call_unet(**odd)),
            "vae_encode": ({"pixels": self.pixels}, self.encode),
            "vae_decode": ({"latents": self.latents}, lambda: self.vae.decode(self.latents).sample),
        }
        for part, (inputs, call) in all_calls.items():
            if part in wanted and self.module(part) is not None:
                yield part, inputs, call

    def encode(self):
        distribution = self.vae.encode(self.pixels).latent_dist
        return torch.cat([distribution.mean, distribution.std], 1)

    def module(self, part):
        named = {"text_encoder": self.text_encoder, "text_encoder_2": self.text_encoder_2}
        return {**named, "unet": self.unet, "unet_odd": self.unet}.get(part, self.vae)

    def encoders(self):
        """transformers' CLIPTextModel of each text encoder."""
        first = [] if self.text_encoder is None else [self.text_encoder]
        return first if self.text_encoder_2 is None else [*first, self.text_encoder_2.text_model]


def store(tensors, key, value):
    if torch.is_tensor(value):
        tensors[key] = value.detach().clone().contiguous()
    elif isinstance(value, (tuple, list)):
        for i, one in enumerate(value):
            store(tensors, f"{key}.{i}", one)


def output_of(result):
    """Down blocks give (last, all of them); CLIPAttention (output, weights); Transformer2DModel a wrapper."""
    if isinstance(result, tuple):
        return result[-1] if isinstance(result[-1], tuple) else result[0]
    return getattr(result, "sample", result)


@contextmanager
def recording(part, module, tensors):
    handles = []
    for name, child in module.named_modules():
        if name and type(child).__name__ in BLOCKS:
            signature = inspect.signature(child.forward)

            def hook(_, args, kwargs, result, name=name, signature=signature):
                for argument, value in signature.bind(*args, **kwargs).arguments.items():
                    store(tensors, f"{part}/{name}|in.{argument}", value)
                store(tensors, f"{part}/{name}|out", output_of(result))

            handles.append(child.register_forward_hook(hook, with_kwargs=True))
    yield
    for handle in handles:
        handle.remove()


def record(pipe, dtype, wanted):
    parts, tensors = Parts(pipe, dtype), {}
    for part, inputs, call in parts.calls(wanted):
        for name, value in inputs.items():
            store(tensors, f"{part}/|in.{name}", value)
        with torch.no_grad(), recording(part, parts.module(part), tensors):
            store(tensors, f"{part}/|out", call())
        if dtype == torch.float64 and part != "unet_odd":
            gradients(part, parts.module(part), call, tensors)
    return tensors


def gradients(part, module, call, tensors):
    """Of sum(output * weight): every parameter that took part."""
    module.zero_grad()
    output = call()
    weight = torch.randn(output.shape, generator=torch.Generator().manual_seed(12), dtype=torch.float64)
    store(tensors, f"{part}/|loss_weight", weight)
    (output * weight).sum().backward()
    for name, parameter in module.named_parameters():
        if parameter.grad is not None:
            store(tensors, f"{part}/|grad.{name}", parameter.grad)


@contextmanager
def replaced(owner, name, value):
    original = getattr(owner, name)
    setattr(owner, name, value)
    yield
    setattr(owner, name, original)


def norm_epsilon(parts):
    for module in (*parts.encoders(), parts.unet, parts.vae):
        for child in module.modules():
            if isinstance(child, (torch.nn.GroupNorm, torch.nn.LayerNorm)):
                child.eps *= 2


def swapped_weights(parts):
    def swap(a, b):
        a.data, b.data = b.data, a.data

    for encoder in parts.encoders():
        attention = encoder.encoder.layers[0].self_attn
        swap(attention.q_proj.weight, attention.v_proj.weight)
    attention = parts.unet.mid_block.attentions[0].transformer_blocks[0].attn1
    swap(attention.to_q.weight, attention.to_v.weight)
    for half in (parts.vae.encoder, parts.vae.decoder):
        swap(half.mid_block.resnets[0].conv1.weight, half.mid_block.resnets[0].conv2.weight)


def tanh_gelu(parts):
    for encoder in parts.encoders():
        for layer in encoder.encoder.layers:
            layer.mlp.activation_fn = torch.nn.GELU(approximate="tanh")


def sines_first(parts):
    parts.unet.time_proj.flip_sin_to_cos = False


def pooled_at_start(parts):
    for encoder in parts.encoders():
        encoder.eos_token_id = -1  # no token: the first place


def width_before_height(parts):
    ids = parts.conditions["time_ids"]
    parts.conditions["time_ids"] = ids[:, [1, 0, *range(2, ids.shape[1])]]


def pooled_of_another(parts):
    parts.conditions["pooled"] = parts.conditions["pooled"].flip(0)


def guidance_off_by_one(parts):
    parts.conditions["guidance_scale"] = parts.conditions["guidance_scale"] + 1


def nothing(parts):
    pass


def faults(pipe, wanted):
    gelu, attention, pad = F.gelu, F.scaled_dot_product_attention, F.pad
    encoders = ("text_encoder", "text_encoder_2")
    everything = (*encoders, "unet", "vae_encode", "vae_decode")
    unpatched = (F, "gelu", gelu)
    planted = {
        "norm_epsilon": (norm_epsilon, unpatched, everything),
        "tanh_gelu": (tanh_gelu, (F, "gelu", lambda x, **_: gelu(x, approximate="tanh")), (*encoders, "unet")),
        "attention_scale": (
            nothing,
            (F, "scaled_dot_product_attention", lambda q, *rest, **named: attention(1.001 * q, *rest, **named)),
            everything,
        ),
        "sines_first": (sines_first, unpatched, ("unet",)),
        "padding": (nothing, (F, "pad", lambda x, by, **named: pad(x, by[1::-1] + by[:1:-1], **named)), ("vae_encode",)),
        "swapped_weights": (swapped_weights, unpatched, everything),
        "pooled_at_start": (pooled_at_start, unpatched, encoders),
    }
    if pipe.unet.config.addition_embed_type is not None:
        planted["width_before_height"] = (width_before_height, unpatched, ("unet",))
        planted["pooled_of_another"] = (pooled_of_another, unpatched, ("unet",))
    if pipe.unet.config.time_cond_proj_dim is not None:
        planted["guidance_off_by_one"] = (guidance_off_by_one, unpatched, ("unet",))
    tensors = {}
    for fault, (change, patch, affected) in planted.items():
        parts = Parts(pipe, torch.float64)
        change(parts)
        with torch.no_grad(), replaced(*patch):
            for part, _, call in parts.calls(set(wanted) & set(affected)):
                store(tensors, f"{fault}/{part}|out", call())
    return tensors


def every_dtype():
    names = ("bool uint8 int8 int16 uint16 int32 uint32 int64 uint64 float16 bfloat16 float32 float64 "
             "float8_e4m3fn float8_e5m2").split()
    tensors = {f"values.{name}": torch.arange(6).to(getattr(torch, name)).reshape(2, 3) for name in names}
    return tensors | {"scalar": torch.tensor(2.5), "empty": torch.zeros(0, 4), 'quoted " é': torch.ones(1)}


def make(ctx):
    wanted = NEW_PARTS.get(ctx.family, ALL_PARTS)
    if not wanted:
        return
    save_file(record(ctx.pipe, torch.float64, wanted), ctx.out / "networks_f64.safetensors")
    save_file(record(ctx.pipe, torch.float32, wanted), ctx.out / "networks_f32.safetensors")
    save_file(faults(ctx.pipe, wanted), ctx.out / "networks_faults.safetensors")
    if ctx.family == "sd1":
        save_file(every_dtype(), ctx.out / "dtypes.safetensors", metadata={"format": "pt"})
