"""LoRA, textual inversion and pivotal training by peft and transformers, recorded for the C++ trainer to repeat; the
pictures, draws and prompts are those of training.py.

adapters_<case>.safetensors   draws, the loss of each update and what all updates together changed of each adapter
                              ("update.unet.<path>.down", up, magnitude) and new word ("update.text_encoder.word").
adapters_<case>_lora.safetensors  the adapters before the first update, in float64.
adapters_fault_taught_teacher.safetensors  a case with a mistake planted here, which the comparison must reject; the
                              other mistakes are planted in the trainer's options there.

Half of a test run's Python time was once spent here: pictures are half as high as wide, and what no update changes is
computed once.
"""

import json
from dataclasses import asdict, dataclass, replace
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler
from diffusers.optimization import get_scheduler
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors.torch import save_file

import training

WORD = "sks"
ROLES = {"lora_A": "down", "lora_B": "up", "lora_magnitude_vector": "magnitude"}


@dataclass(frozen=True)
class Case(training.Case):
    steps: int = 20
    learning_rate: float = 1e-3
    method: str = "lora"
    rank: int = 4
    alpha: float = 6.0
    targets: str = "attention"
    use_dora: bool = False
    begin: str = "random"  # or "gaussian": as peft and diffusers begin, up is zero
    text_encoder_lr: float = -1.0
    text_encoder_stop: float = 1.0
    prior: str = "pictures"
    initializer: str = "a small dog"
    num_vectors: int = 2
    embedding_lr: float = 3e-3
    taught_teacher: bool = False  # a mistake: the teacher learns along


CASES = {
    "lora": Case("lora", 2, 1, False, "linear", 2),
    "lora_text": Case("lora_text", 1, 2, True, "cosine", 2, text_encoder_lr=4e-4, text_encoder_stop=0.4),
    "lora_begin": Case("lora_begin", 1, 1, True, begin="gaussian"),
    "locon": Case("locon", 1, 1, False, targets="all", alpha=2.0),
    "dora": Case("dora", 1, 1, True, use_dora=True),
    "distilled": Case("distilled", 2, 1, True, prior="self_distilled"),
    "word": Case("word", 2, 1, False, method="textual_inversion"),
    "pivotal": Case("pivotal", 1, 1, False, method="pivotal", text_encoder_stop=0.6),
}
EVERYWHERE = ("lora_text", "word")


def make(ctx):
    for name, case in CASES.items():
        if ctx.family == "sd1" or name in EVERYWHERE or (ctx.family == "sdxl" and name in ("dora", "pivotal")):
            record(ctx, f"adapters_{name}", case, case)
    if ctx.family == "sd1":
        distilled = CASES["distilled"]
        record(ctx, "adapters_fault_taught_teacher", replace(distilled, taught_teacher=True), distilled)


def record(ctx, name, case, told):
    """Runs `case` and says that it was `told`."""
    run = Run(ctx, case)
    tensors = run.train()
    about = {"case": json.dumps({**asdict(told), "prompts": training.PROMPTS, "word": WORD})}
    save_file({k: v.detach().contiguous() for k, v in tensors.items()}, ctx.out / f"{name}.safetensors", about)
    if run.first_adapters:
        save_file(run.first_adapters, ctx.out / f"{name}_lora.safetensors")


def layers_of(module, part, targets):
    """The layers that kohya's trainer changes, by path."""
    def wanted(name, layer):
        pointwise = isinstance(layer, torch.nn.Linear) or getattr(layer, "kernel_size", None) == (1, 1)
        if part != "unet":
            return ".self_attn." in name or ".mlp." in name
        if targets == "attention":
            return ".attentions." in name and pointwise
        return any(f".{kind}." in name for kind in ("attentions", "resnets", "downsamplers", "upsamplers"))

    kinds = (torch.nn.Linear, torch.nn.Conv2d)
    return [name for name, layer in module.named_modules() if isinstance(layer, kinds) and wanted(name, layer)]


class Words:
    """A tokenizer that gives WORD ids beyond the encoder's table. The spaces beside it are no text: for the starter's
    vocabulary a lone one is a piece."""

    def __init__(self, tokenizer, first, count):
        self.tokenizer, self.ids = tokenizer, list(range(first, first + count))
        self.model_max_length = tokenizer.model_max_length

    def pieces(self, text):
        return self.tokenizer(text.strip(), add_special_tokens=False).input_ids if text.strip() else []

    def row(self, prompt):
        texts = prompt.split(WORD)
        ids = self.pieces(texts[0])
        for text in texts[1:]:
            ids += self.ids + self.pieces(text)
        ids = [self.tokenizer.bos_token_id] + ids[: self.model_max_length - 2] + [self.tokenizer.eos_token_id]
        return ids + [self.tokenizer.pad_token_id] * (self.model_max_length - len(ids))

    def __call__(self, prompts, **_):
        return SimpleNamespace(input_ids=torch.tensor([self.row(prompt) for prompt in prompts]))


class WithRows(torch.nn.Module):
    """A table of token vectors with rows behind its last."""

    def __init__(self, table, rows):
        super().__init__()
        self.table, self.rows = table, rows

    def forward(self, ids):
        known = self.table.num_embeddings
        vectors = F.embedding(ids.clamp(max=known - 1), self.table.weight)
        return torch.where((ids >= known)[..., None], F.embedding((ids - known).clamp(min=0), self.rows), vectors)


class Run:
    def __init__(self, ctx, case):
        self.case, self.family = case, ctx.family
        self.dtype = getattr(torch, case.dtype)
        self.scheduler = DDPMScheduler.from_config(ctx.pipe.scheduler.config)
        self.scaling = ctx.pipe.vae.config.scaling_factor
        self.unet = training.copied(ctx.pipe.unet, self.dtype).requires_grad_(False)
        self.encoders = {}
        self.pipe = SimpleNamespace()  # what training.encode looks at
        for part, tokenizer in (("text_encoder", "tokenizer"), ("text_encoder_2", "tokenizer_2")):
            if getattr(ctx.pipe, part, None) is not None:
                self.encoders[part] = training.copied(getattr(ctx.pipe, part), self.dtype).requires_grad_(False)
                setattr(self.pipe, tokenizer, getattr(ctx.pipe, tokenizer))
        self.words = {}
        with torch.no_grad():
            self.plain_prior = training.encode(self, self.encoders, [training.PROMPTS["prior"]])
        if case.method in ("textual_inversion", "pivotal"):
            self.add_words()
        if case.method in ("lora", "pivotal"):
            self.add_adapters()
        self.tensors = training.draw(ctx, case, low=True)
        self.texts, self.trained = {}, self.find_trained()
        self.first_adapters = {}

    def add_words(self):
        for part, tokenizer in (("text_encoder", "tokenizer"), ("text_encoder_2", "tokenizer_2")):
            if part not in self.encoders:
                continue
            encoder, pieces = self.encoders[part], getattr(self.pipe, tokenizer)
            ids = pieces(self.case.initializer, add_special_tokens=False).input_ids
            holder = getattr(encoder, "text_model", encoder).embeddings
            table = holder.token_embedding
            rows = [table.weight[ids[i % len(ids)]] for i in range(self.case.num_vectors)]
            self.words[part] = torch.nn.Parameter(torch.stack(rows).detach().clone())
            holder.token_embedding = WithRows(table, self.words[part])
            setattr(self.pipe, tokenizer, Words(pieces, table.num_embeddings, self.case.num_vectors))

    def adapted(self):
        parts = {"unet": self.unet}
        return parts | (self.encoders if self.case.text_encoder else {})

    def add_adapters(self):
        case, generator = self.case, torch.Generator().manual_seed(13)
        for part, module in self.adapted().items():
            targets = layers_of(module, part, case.targets)
            if part == "text_encoder" and len(self.encoders) > 1:  # SDXL reads it before its last layer
                last = f"layers.{module.config.num_hidden_layers - 1}."
                targets = [name for name in targets if last not in name]
            config = LoraConfig(r=case.rank, lora_alpha=case.alpha, target_modules=targets, use_dora=case.use_dora,
                                init_lora_weights="gaussian")
            inject_adapter_in_model(config, module)
            for name, parameter in sorted(module.named_parameters()):
                if "lora_A" in name:
                    parameter.data = torch.randn(parameter.shape, generator=generator).to(self.dtype) / case.rank
                elif "lora_B" in name and case.begin == "random":
                    parameter.data = 0.1 * torch.randn(parameter.shape, generator=generator).to(self.dtype)

    def adapters(self):
        """("unet.mid_block.attentions.0.proj_in.down", parameter)"""
        for part, module in self.adapted().items():
            for name, parameter in module.named_parameters():
                role = next((role for role in ROLES if f".{role}." in name), None)
                if role is None:
                    continue
                path = name.split(f".{role}.")[0]
                if part != "unet" and not path.startswith("text_model."):  # transformers 5 leaves it out
                    path = "text_model." + path
                yield f"{part}.{path}.{ROLES[role]}", parameter

    def stored_adapters(self):
        """As a file that any reader of LoRAs takes."""
        keys = {"down": "lora_A.weight", "up": "lora_B.weight", "magnitude": "lora_magnitude_vector"}
        stored = {}
        for name, parameter in self.adapters():
            path, role = name.rsplit(".", 1)
            stored[f"{path}.{keys[role]}"] = parameter.detach().clone().contiguous()
            stored[f"{path}.alpha"] = torch.tensor(float(self.case.alpha), dtype=torch.float64)
        return stored

    def groups(self):
        case = self.case
        named = list(self.adapters()) if case.method != "textual_inversion" else []
        unet = [value for name, value in named if name.startswith("unet.")]
        text = [value for name, value in named if not name.startswith("unet.")]
        word_rate = case.embedding_lr if case.method == "pivotal" and case.embedding_lr >= 0 else case.learning_rate
        text_rate = case.text_encoder_lr if case.text_encoder_lr >= 0 else case.learning_rate
        groups = [(unet, case.learning_rate), (text, text_rate), (list(self.words.values()), word_rate)]
        return [{"params": values, "lr": rate} for values, rate in groups if values]

    def find_trained(self):
        named = list(self.adapters()) if self.case.method != "textual_inversion" else []
        return named + [(f"{part}.word", value) for part, value in self.words.items()]

    def stop_text(self):
        for name, parameter in self.trained:
            if not name.startswith("unet."):
                parameter.requires_grad_(False)
                parameter.grad = None

    def train(self):
        case = self.case
        for _, parameter in self.trained:
            parameter.requires_grad_(True)
        if case.method != "textual_inversion":
            self.first_adapters = self.stored_adapters()
        before = {name: value.detach().clone() for name, value in self.trained}
        optimizer = torch.optim.AdamW(self.groups(), betas=(0.9, 0.999), weight_decay=case.weight_decay, eps=1e-8)
        kind = "constant_with_warmup" if case.lr_scheduler == "constant" else case.lr_scheduler
        rates = get_scheduler(kind, optimizer=optimizer, num_warmup_steps=case.warmup, num_training_steps=case.steps)
        losses = []
        for step in range(case.steps):
            if step == round(case.text_encoder_stop * case.steps) and case.method != "textual_inversion":
                self.stop_text()
            of_step = []
            for i in range(case.accumulation):
                loss = self.forward(step * case.accumulation + i)
                (loss / case.accumulation).backward()
                of_step.append(loss.item())
            parameters = [value for _, value in self.trained if value.requires_grad]
            torch.nn.utils.clip_grad_norm_(parameters, case.max_grad_norm)
            optimizer.step()
            rates.step()
            optimizer.zero_grad()
            losses.append(sum(of_step) / len(of_step))
        self.tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
        for name, value in self.trained:
            self.tensors[f"update.{name}"] = value.detach() - before[name]
        return self.tensors

    def encode(self, prompts):
        if self.case.text_encoder or self.words:
            return training.encode(self, self.encoders, prompts)
        key = tuple(prompts)
        if key not in self.texts:
            self.texts[key] = training.encode(self, self.encoders, prompts)
        return self.texts[key]

    def teach(self, noisy, timesteps, added):
        """What the model as it was says of the class prompt."""
        hidden, pooled = (None if text is None else text.expand(len(noisy), *text.shape[1:]) for text in self.plain_prior)
        self.enable_adapters(self.case.taught_teacher)
        with torch.no_grad():
            told = None if added is None else {**added, "text_embeds": pooled}
            prediction = self.unet(noisy, timesteps, hidden, added_cond_kwargs=told, return_dict=False)[0]
        self.enable_adapters(True)
        return prediction

    def enable_adapters(self, on):
        for layer in self.unet.modules():
            if isinstance(layer, BaseTunerLayer):
                layer.enable_adapters(on)

    def forward(self, pass_):
        case, tensors = self.case, self.tensors
        rows = list(range(pass_ * case.batch, (pass_ + 1) * case.batch))
        pictures = {"instance": rows, "prior": [n % training.PRIOR_PICTURES for n in rows]}

        def of_rows(what):
            return torch.cat([tensors[f"{half}.{what}"][n] for half, n in pictures.items()]).to(self.dtype)

        latents = (of_rows("mean") + of_rows("std") * tensors["latent_noise"][pass_].to(self.dtype)) * self.scaling
        noise, timesteps = tensors["noise"][pass_].to(self.dtype), tensors["timesteps"][pass_]
        noisy = self.scheduler.add_noise(latents, noise, timesteps)
        target = noise
        if self.scheduler.config.prediction_type == "v_prediction":
            target = self.scheduler.get_velocity(latents, noise, timesteps)

        prompts = [training.PROMPTS[half] for half in pictures for _ in rows]
        hidden, pooled = self.encode(prompts)
        added = None if pooled is None else {"text_embeds": pooled, "time_ids": of_rows("sizes")}
        prediction, prior_prediction = self.unet(
            noisy, timesteps, hidden, added_cond_kwargs=added, return_dict=False
        )[0].chunk(2)
        target, prior_target = target.chunk(2)
        if case.prior == "self_distilled":
            halves = None if added is None else {key: value.chunk(2)[1] for key, value in added.items()}
            prior_target = self.teach(noisy.chunk(2)[1], timesteps.chunk(2)[1], halves)
        weight = case.prior_loss_weight
        return F.mse_loss(prediction, target) + weight * F.mse_loss(prior_prediction, prior_target)
