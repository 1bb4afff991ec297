"""Adapters of random numbers on a pipeline, by peft, and every form in which trainers write them."""

import copy
import math

import numpy
import torch
from diffusers import StableDiffusionPipeline
from diffusers.utils import convert_state_dict_to_diffusers, convert_state_dict_to_kohya
from peft import LoraConfig, get_peft_model
from peft.utils import get_peft_model_state_dict

PREFIX = "base_model.model."
ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]
TRANSFORMER = ATTENTION + ["proj_in", "proj_out", "ff.net.0.proj", "ff.net.2"]
TEXT = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]
CONVOLUTIONS = ["conv_in", "conv1", "conv2", "conv_shortcut", "time_emb_proj", "downsamplers.0.conv"]


class Adapters:
    """Random adapters by peft on copies of the UNet and the text encoder."""

    def __init__(self, pipe, seed, unet, text, **config):
        generator = torch.Generator().manual_seed(seed)
        parts = {"unet": (pipe.unet, unet), "text_encoder": (pipe.text_encoder, text)}
        if hasattr(pipe, "text_encoder_2"):
            parts["text_encoder_2"] = (pipe.text_encoder_2, text)
        self.models = {}
        for part, (module, targets) in parts.items():
            if targets:
                shared = dict(r=4, lora_alpha=6, target_modules=targets, init_lora_weights=True)
                model = get_peft_model(copy.deepcopy(module), LoraConfig(**{**shared, **config}))
                self.randomise(model, generator)
                self.models[part] = model

    @staticmethod
    def randomise(model, generator):
        with torch.no_grad():
            for name, parameter in sorted(model.named_parameters()):
                noise = torch.randn(parameter.shape, generator=generator)
                if "lora_A" in name:
                    parameter.copy_(noise / math.sqrt(parameter[0].numel()))
                elif "lora_B" in name:
                    parameter.copy_(0.3 * noise)
                elif "lora_magnitude_vector" in name:
                    parameter.mul_(1 + 0.3 * noise)

    def tensors(self, part):
        """path.lora_A.weight ... without peft's prefix."""
        state = get_peft_model_state_dict(self.models[part])
        return {name.removeprefix(PREFIX): tensor.contiguous() for name, tensor in state.items()}

    def prefixed(self):
        return {f"{part}.{name}": tensor for part in self.models for name, tensor in self.tensors(part).items()}

    def save_peft(self, folder):
        for part, model in self.models.items():
            model.save_pretrained(folder / part)

    def save_diffusers(self, folder):
        metadata = {}
        for part, model in self.models.items():
            values = model.peft_config["default"].to_dict()
            metadata[part] = {key: sorted(value) if isinstance(value, set) else value for key, value in values.items()}
        # The UNet's in peft's names: where old and new names stand in one file, diffusers looks at the first key alone
        # and passes over the others.
        layers = {part: self.tensors(part) for part in self.models}
        if "text_encoder" in layers:
            layers["text_encoder"] = convert_state_dict_to_diffusers(layers["text_encoder"])
        StableDiffusionPipeline.save_lora_weights(
            folder,
            unet_lora_layers=layers.get("unet"),
            text_encoder_lora_layers=layers.get("text_encoder"),
            unet_lora_adapter_metadata=metadata.get("unet"),
            text_encoder_lora_adapter_metadata=metadata.get("text_encoder"),
        )

    def kohya(self, alpha):
        state = convert_state_dict_to_kohya(self.prefixed())
        return {
            name.replace("lora_te1_", "lora_te_"): torch.tensor(float(alpha)) if name.endswith(".alpha") else tensor
            for name, tensor in state.items()
        }

    def merged(self, tensors, case, strength=1.0):
        """Adds the merged weights in f64 to `tensors`; `strength` as diffusers' adapter weight."""
        for part, model in self.models.items():
            model = copy.deepcopy(model).double()
            changed = []
            for name, module in model.named_modules():
                if hasattr(module, "scaling") and "default" in getattr(module, "scaling"):
                    module.scaling["default"] *= strength
                    changed.append(name.removeprefix(PREFIX))
            state = model.merge_and_unload().state_dict()
            for path in changed:
                tensors[f"{case}|{part}.{path}"] = state[path + ".weight"].contiguous()


def scaled(tensors, scale):
    """For forms without alpha: the scale in the up weights."""
    return {name: tensor * scale if "lora_B" in name else tensor for name, tensor in tensors.items()}


def old_diffusers(adapters, scale):
    """As attention processors and text encoders were saved in 2023: x.processor.to_q_lora.down.weight."""
    state = {}
    for name, tensor in scaled(adapters.prefixed(), scale).items():
        name = name.replace("lora_A", "lora.down").replace("lora_B", "lora.up")
        for projection, old in (("to_out.0", "to_out"), ("to_q", "to_q"), ("to_k", "to_k"), ("to_v", "to_v")):
            name = name.replace(f".{projection}.lora.", f".processor.{old}_lora.")
        for projection, old in (("q_proj", "to_q"), ("k_proj", "to_k"), ("v_proj", "to_v"), ("out_proj", "to_out")):
            name = name.replace(f".{projection}.lora.", f".{old}_lora.")
        name = name.replace("fc1.lora.", "fc1.lora_linear_layer.").replace("fc2.lora.", "fc2.lora_linear_layer.")
        state[name.replace("text_encoder.encoder", "text_encoder.text_model.encoder")] = tensor
    return state


def sgm_layer(path, layers_per_block=2):
    """Stability's name of a layer of the UNet, by the rule of kohya's sdxl_model_util."""
    outside = {"conv_in": "input_blocks.0.0", "conv_out": "out.2", "time_embedding.linear_1": "time_embed.0",
               "time_embedding.linear_2": "time_embed.2", "add_embedding.linear_1": "label_emb.0.0",
               "add_embedding.linear_2": "label_emb.0.2"}
    if path in outside:
        return outside[path]
    inside = {"conv1": "in_layers.2", "conv2": "out_layers.3", "time_emb_proj": "emb_layers.1",
              "conv_shortcut": "skip_connection"}
    parts = path.split(".")
    if parts[0] == "mid_block":
        place = {("resnets", "0"): 0, ("attentions", "0"): 1, ("resnets", "1"): 2}[tuple(parts[1:3])]
        rest = [inside.get(part, part) for part in parts[3:]] if parts[1] == "resnets" else parts[3:]
        return ".".join(["middle_block", str(place)] + rest)
    level, kind, layer, rest = int(parts[1]), parts[2], int(parts[3]), parts[4:]
    if kind == "resnets":
        rest = [inside.get(part, part) for part in rest]
    if parts[0] == "down_blocks":
        if kind == "downsamplers":
            return f"input_blocks.{3 * (level + 1)}.0.op"
        place = 1 + 3 * level + layer
        return ".".join([f"input_blocks.{place}.{0 if kind == 'resnets' else 1}"] + rest)
    place = 3 * level + layer
    if kind == "upsamplers":
        return f"output_blocks.{3 * level + layers_per_block}.UPSAMPLER.conv"
    return ".".join([f"output_blocks.{place}.{0 if kind == 'resnets' else 1}"] + rest)


def comfy(adapters, scale):
    """diffusion_model.<Stability's name>, dots and all; text encoders as ComfyUI saves them."""
    state = {}
    for name, tensor in scaled(adapters.prefixed(), scale).items():
        part, rest = name.split(".", 1)
        path, role = rest.rsplit(".lora_", 1)
        if part == "unet":
            state[f"diffusion_model.{sgm_layer(path)}.lora_{role}"] = tensor
        else:
            state[f"clip_l.transformer.text_model.{path}.lora_{role}"] = tensor
    return state


def tucker(pipe, generator):
    """LoCon with a middle: kohya's tensors and the weight that they make, [r,in,1,1], [r,r,3,3], [out,r,1,1]."""
    path = "mid_block.resnets.0.conv2"
    weight = pipe.unet.get_submodule(path).weight.detach()
    rank, (outputs, inputs) = 3, weight.shape[:2]
    down, mid, up = (torch.randn(shape, generator=generator) / math.sqrt(shape[1] * shape[2] * shape[3])
                     for shape in ((rank, inputs, 1, 1), (rank, rank, 3, 3), (outputs, rank, 1, 1)))
    name = "lora_unet_" + path.replace(".", "_")
    state = {f"{name}.lora_down.weight": down, f"{name}.lora_mid.weight": mid, f"{name}.lora_up.weight": up,
             f"{name}.alpha": torch.tensor(1.5)}
    # Through the convolutions themselves: what they answer to each unit picture is the kernel.
    unit = torch.eye(inputs).double().reshape(inputs, inputs, 1, 1)
    answer = torch.nn.functional.conv2d(unit, down.double())
    answer = torch.nn.functional.conv2d(answer, mid.double(), padding=2)
    answer = torch.nn.functional.conv2d(answer, up.double())  # [in,out,3,3], the kernel turned round
    change = answer.flip(-1, -2).transpose(0, 1)
    return state, {f"locon|unet.{path}": weight.double() + 1.5 / rank * change}


def lycoris_dora(pipe, generator):
    """dora_scale along the inputs (LyCORIS' default) and along the outputs."""
    state, merged = {}, {}
    for path, axis in (("mid_block.attentions.0.transformer_blocks.0.attn2.to_k", 1), ("conv_in", 1),
                       ("up_blocks.1.resnets.0.conv_shortcut", 0)):
        weight = pipe.unet.get_submodule(path).weight.detach()
        rank, outputs = 2, weight.shape[0]
        down = torch.randn(rank, *weight.shape[1:], generator=generator) / math.sqrt(weight[0].numel())
        up = 0.3 * torch.randn(outputs, rank, *[1] * (weight.dim() - 2), generator=generator)
        axes = [a for a in range(weight.dim()) if a != axis]
        shape = [weight.shape[axis] if a == axis else 1 for a in range(weight.dim())]
        length = weight.square().sum(axes, keepdim=True).sqrt()
        scale = length * (1 + 0.2 * torch.randn(shape, generator=generator))
        name = "lycoris_" + path.replace(".", "_")
        state |= {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up, f"{name}.alpha": torch.tensor(1.0),
                  f"{name}.dora_scale": scale}
        changed = weight.double() + (up.double().flatten(1) @ down.double().flatten(1)).reshape(weight.shape) / rank
        merged[f"lycoris_dora|unet.{path}"] = changed * scale.double() / changed.square().sum(axes, keepdim=True).sqrt()
    return state, merged


def numpy_of(tensor):
    return tensor.double().numpy()


def lycoris(pipe, generator):
    """LoHa and LoKr in each of their shapes, and the weights that they make by LyCORIS' definitions, in numpy."""
    states, merged = {"loha": {}, "lokr": {}}, {}

    def draw(*shape):
        return torch.randn(shape, generator=generator) / math.sqrt(math.prod(shape[1:]))

    def put(kind, path, tensors, change):
        weight = numpy_of(pipe.unet.get_submodule(path).weight.detach())
        assert change.shape == weight.shape
        name = "lora_unet_" + path.replace(".", "_")
        states[kind] |= {f"{name}.{key}": tensor for key, tensor in tensors.items()}
        merged[f"{kind}|unet.{path}"] = torch.from_numpy(weight + change)

    def of(path):
        return list(pipe.unet.get_submodule(path).weight.shape)

    block = "mid_block.attentions.0.transformer_blocks.0."
    for path, rank in ((block + "attn2.to_k", 3), ("conv_in", 2)):
        out, inputs = of(path)[0], math.prod(of(path)[1:])
        f = {f"hada_w{i}_{side}": draw(*shape) for i in (1, 2) for side, shape in (("a", (out, rank)), ("b", (rank, inputs)))}
        a, b, c, d = (numpy_of(f[key]) for key in ("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"))
        put("loha", path, f | {"alpha": torch.tensor(2.0)}, (2.0 / rank * (a @ b) * (c @ d)).reshape(of(path)))
    path, rank = "mid_block.resnets.0.conv1", 3
    out, inputs = of(path)[:2]
    f = {f"hada_{key}{i}{side}": draw(*shape) for i in (1, 2)
         for key, side, shape in (("w", "_a", (rank, out)), ("w", "_b", (rank, inputs)), ("t", "", (rank, rank, 3, 3)))}
    halves = [numpy.einsum("ijkl,jr,ip->prkl", *(numpy_of(f[key]) for key in (f"hada_t{i}", f"hada_w{i}_b", f"hada_w{i}_a")))
              for i in (1, 2)]
    put("loha", path, f, halves[0] * halves[1])  # without alpha it counts whole

    def kron(outer, inner, shape):
        return numpy.kron(outer.reshape(*outer.shape, *[1] * (len(shape) - 2)), inner).reshape(shape)

    path = block + "attn1.to_q"
    out, inputs = of(path)
    f = {"lokr_w1": draw(4, 2), "lokr_w2": draw(out // 4, inputs // 2), "alpha": torch.tensor(7.0)}  # whole: no alpha counts
    put("lokr", path, f, kron(numpy_of(f["lokr_w1"]), numpy_of(f["lokr_w2"]), of(path)))
    path, rank = block + "ff.net.0.proj", 2
    out, inputs = of(path)
    f = {"lokr_w1_a": draw(8, 3), "lokr_w1_b": draw(3, 4), "lokr_w2_a": draw(out // 8, rank), "lokr_w2_b": draw(rank, inputs // 4)}
    change = kron(numpy_of(f["lokr_w1_a"]) @ numpy_of(f["lokr_w1_b"]), numpy_of(f["lokr_w2_a"]) @ numpy_of(f["lokr_w2_b"]), of(path))
    put("lokr", path, f | {"alpha": torch.tensor(1.0)}, change / rank)
    path = "mid_block.resnets.0.conv2"
    out, inputs, *kernel = of(path)
    f = {"lokr_w1": draw(2, 4), "lokr_w2_a": draw(out // 2, rank), "lokr_w2_b": draw(rank, inputs // 4 * 9)}
    inner = (numpy_of(f["lokr_w2_a"]) @ numpy_of(f["lokr_w2_b"])).reshape(out // 2, inputs // 4, *kernel)
    put("lokr", path, f | {"alpha": torch.tensor(4.0)}, 4.0 / rank * kron(numpy_of(f["lokr_w1"]), inner, of(path)))
    path, rank = "mid_block.resnets.1.conv1", 3
    out, inputs, *kernel = of(path)
    f = {"lokr_w1": draw(2, 2), "lokr_t2": draw(rank, rank, *kernel), "lokr_w2_a": draw(rank, out // 2),
         "lokr_w2_b": draw(rank, inputs // 2)}
    inner = numpy.einsum("ijkl,jr,ip->prkl", *(numpy_of(f[key]) for key in ("lokr_t2", "lokr_w2_b", "lokr_w2_a")))
    put("lokr", path, f | {"alpha": torch.tensor(1.5)}, 1.5 / rank * kron(numpy_of(f["lokr_w1"]), inner, of(path)))
    path = "mid_block.attentions.0.proj_out"
    out, inputs = of(path)[:2]
    f = {"lokr_w1": draw(2, 1), "lokr_w2": draw(out // 2, inputs, 1, 1)}
    put("lokr", path, f, kron(numpy_of(f["lokr_w1"]), numpy_of(f["lokr_w2"]), of(path)))
    return states, merged
