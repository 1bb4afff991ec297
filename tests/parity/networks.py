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

BLOCKS = {
    "CLIPTextEmbeddings", "CLIPAttention", "CLIPMLP", "CLIPEncoderLayer",
    "TimestepEmbedding", "Timesteps", "ResnetBlock2D", "Transformer2DModel", "BasicTransformerBlock", "Attention",
    "FeedForward", "Downsample2D", "Upsample2D", "DownBlock2D", "CrossAttnDownBlock2D", "UNetMidBlock2DCrossAttn",
    "UpBlock2D", "CrossAttnUpBlock2D", "Encoder", "Decoder", "DownEncoderBlock2D", "UpDecoderBlock2D",
    "UNetMidBlock2D",
}


class Parts:
    """The three networks in one dtype, and one input for each thing they do."""

    def __init__(self, pipe, dtype):
        self.text_encoder, self.unet, self.vae = (
            copy.deepcopy(part).to(dtype) for part in (pipe.text_encoder, pipe.unet, pipe.vae)
        )
        config, window = pipe.text_encoder.config, pipe.text_encoder.config.max_position_embeddings
        generator = torch.Generator().manual_seed(11)

        def draw(*shape):
            return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

        channels, side = pipe.unet.config.in_channels, pipe.unet.config.sample_size
        self.ids = torch.randint(0, config.vocab_size, (2, window), generator=generator)
        self.sample, self.odd_sample = draw(2, channels, side, side), draw(1, channels, side - 3, side + 5)
        self.timestep = torch.tensor([3, 761])
        self.context = draw(2, window, config.hidden_size)
        factor = pipe.vae_scale_factor
        self.pixels, self.latents = draw(1, 3, 8 * factor, 6 * factor + 1).tanh(), draw(1, 4, 5, 6)

    def calls(self):
        """part -> (inputs, the call)."""
        yield "text_encoder", {"ids": self.ids}, lambda: self.text_encoder(self.ids).last_hidden_state
        inputs = {"sample": self.sample, "timestep": self.timestep, "context": self.context}
        yield "unet", inputs, lambda: self.unet(self.sample, self.timestep, self.context).sample
        inputs = {"sample": self.odd_sample, "timestep": self.timestep[1:], "context": self.context[:1]}
        yield "unet_odd", inputs, lambda: self.unet(self.odd_sample, self.timestep[1:], self.context[:1]).sample
        yield "vae_encode", {"pixels": self.pixels}, self.encode
        yield "vae_decode", {"latents": self.latents}, lambda: self.vae.decode(self.latents).sample

    def encode(self):
        distribution = self.vae.encode(self.pixels).latent_dist
        return torch.cat([distribution.mean, distribution.std], 1)

    def module(self, part):
        return {"text_encoder": self.text_encoder, "unet": self.unet, "unet_odd": self.unet}.get(part, self.vae)


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


def record(pipe, dtype):
    parts, tensors = Parts(pipe, dtype), {}
    for part, inputs, call in parts.calls():
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
    for module in (parts.text_encoder, parts.unet, parts.vae):
        for child in module.modules():
            if isinstance(child, (torch.nn.GroupNorm, torch.nn.LayerNorm)):
                child.eps *= 2


def swapped_weights(parts):
    def swap(a, b):
        a.data, b.data = b.data, a.data

    attention = parts.text_encoder.encoder.layers[0].self_attn
    swap(attention.q_proj.weight, attention.v_proj.weight)
    attention = parts.unet.mid_block.attentions[0].transformer_blocks[0].attn1
    swap(attention.to_q.weight, attention.to_v.weight)
    for half in (parts.vae.encoder, parts.vae.decoder):
        swap(half.mid_block.resnets[0].conv1.weight, half.mid_block.resnets[0].conv2.weight)


def tanh_gelu(parts):
    for layer in parts.text_encoder.encoder.layers:
        layer.mlp.activation_fn = torch.nn.GELU(approximate="tanh")


def sines_first(parts):
    parts.unet.time_proj.flip_sin_to_cos = False


def nothing(parts):
    pass


def faults(pipe):
    gelu, attention, pad = F.gelu, F.scaled_dot_product_attention, F.pad
    everything = ("text_encoder", "unet", "vae_encode", "vae_decode")
    unpatched = (F, "gelu", gelu)
    planted = {
        "norm_epsilon": (norm_epsilon, unpatched, everything),
        "tanh_gelu": (tanh_gelu, (F, "gelu", lambda x, **_: gelu(x, approximate="tanh")), ("text_encoder", "unet")),
        "attention_scale": (
            nothing,
            (F, "scaled_dot_product_attention", lambda q, *rest, **named: attention(1.001 * q, *rest, **named)),
            everything,
        ),
        "sines_first": (sines_first, unpatched, ("unet",)),
        "padding": (nothing, (F, "pad", lambda x, by, **named: pad(x, by[1::-1] + by[:1:-1], **named)), ("vae_encode",)),
        "swapped_weights": (swapped_weights, unpatched, everything),
    }
    tensors = {}
    for fault, (change, patch, affected) in planted.items():
        parts = Parts(pipe, torch.float64)
        change(parts)
        with torch.no_grad(), replaced(*patch):
            for part, _, call in parts.calls():
                if part in affected:
                    store(tensors, f"{fault}/{part}|out", call())
    return tensors


def every_dtype():
    names = ("bool uint8 int8 int16 uint16 int32 uint32 int64 uint64 float16 bfloat16 float32 float64 "
             "float8_e4m3fn float8_e5m2").split()
    tensors = {f"values.{name}": torch.arange(6).to(getattr(torch, name)).reshape(2, 3) for name in names}
    return tensors | {"scalar": torch.tensor(2.5), "empty": torch.zeros(0, 4), 'quoted " é': torch.ones(1)}


def make(ctx):
    save_file(record(ctx.pipe, torch.float64), ctx.out / "networks_f64.safetensors")
    save_file(record(ctx.pipe, torch.float32), ctx.out / "networks_f32.safetensors")
    save_file(faults(ctx.pipe), ctx.out / "networks_faults.safetensors")
    if ctx.family == "sd1":
        save_file(every_dtype(), ctx.out / "dtypes.safetensors", metadata={"format": "pt"})
