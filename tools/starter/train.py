"""Trains UNet and text encoder together on prepared latents; stopped, it goes on at its last checkpoint.

    python train.py --data build/starter --spiece models/starter/tokenizer/spiece.model \
        --identifiers models/starter/tokenizer/identifiers.json --out build/starter/run --steps 8000

v-prediction over scaled-linear betas with zero terminal SNR. The learning rate warms up, stays, and falls to nothing
over the last part of the steps (a run that is to end sooner is resumed with fewer); what is saved is the weights'
moving average. `--init FOLDER` starts from a packaged starter.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from package import SCHEDULER
from pictures import CAPTIONED_STYLES, COLOURS, caption, load_concepts
from tokenizer_files import BOS, EOS, MAX_LENGTH, PAD

TEXT_WIDTH = 192
# Captions of a reserved word before the class: the UNet learns that an unknown word changes nothing, so that an
# untaught "a sks cat" is a cat. The text encoder does not learn from them, it goes on telling the words apart.
UNKNOWN_WORD_SHARE = 0.05


def new_unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=4,
        out_channels=4,
        block_out_channels=(64, 128, 192),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=4,
        norm_num_groups=16,
    )


def new_text_encoder(vocabulary: int) -> CLIPTextModel:
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=TEXT_WIDTH,
            intermediate_size=4 * TEXT_WIDTH,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=MAX_LENGTH,
            bos_token_id=BOS,
            eos_token_id=EOS,
            pad_token_id=PAD,
            hidden_act="quick_gelu",
        )
    )


class Data:
    """Latents with their captions, drawn by weight."""

    def __init__(self, folder: Path, spiece: Path, identifiers: Path):
        content = np.load(folder / "latents.npz")
        known = np.isin(content["style"], CAPTIONED_STYLES)
        self.latents = torch.from_numpy(content["latents"][known]).float()
        self.label, self.style, self.background = (content[key][known] for key in ("label", "style", "background"))
        self.class_of = load_concepts()
        self.pieces = sentencepiece.SentencePieceProcessor(model_file=str(spiece))
        self.identifiers = json.loads(identifiers.read_text())
        self.cumulative = np.cumsum(self._weights())

    def _weights(self) -> np.ndarray:
        """About two fifths on white, two fifths on colours, the rest in scenes; rare classes more often."""
        by_background = {"white": 4.0, **{name: 1.0 for name in COLOURS if name != "white"}}
        weight = np.array([by_background.get(name, 0.2) for name in self.background])
        classes = np.array([self.class_of[label] for label in self.label])
        names, counts = np.unique(classes, return_counts=True)
        weight *= np.array([dict(zip(names, counts))[name] ** -0.5 for name in classes])
        return weight / weight.sum()

    def draw(self, count: int, random: np.random.Generator) -> np.ndarray:
        """Rows of one batch, spread evenly over the weights."""
        points = (random.random() + np.arange(count)) / count
        return np.minimum(np.searchsorted(self.cumulative, points), len(self.label) - 1)

    def caption(self, row: int, random: np.random.Generator) -> str:
        label = self.label[row]
        return caption(label, self.class_of[label], self.style[row], self.background[row], random)

    def with_unknown_word(self, row: int, random: np.random.Generator) -> str:
        """The caption of a subject that nobody has taught: "a sks cat, on a blue background"."""
        text = f"a {random.choice(self.identifiers)} {self.class_of[self.label[row]]}"
        return text if self.background[row] == "white" else f"{text}, on a {self.background[row]} background"

    def ids(self, texts: list[str]) -> torch.Tensor:
        ids = np.full((len(texts), MAX_LENGTH), PAD, np.int64)
        for row, text in enumerate(texts):
            pieces = [BOS, *self.pieces.encode(text.lower())[: MAX_LENGTH - 2], EOS]
            ids[row, : len(pieces)] = pieces
        return torch.from_numpy(ids)


class Run:
    """The networks, their average and the optimiser: all that a checkpoint holds."""

    def __init__(self, arguments: argparse.Namespace, vocabulary: int):
        if arguments.init:
            self.unet = UNet2DConditionModel.from_pretrained(arguments.init / "unet", torch_dtype=torch.float32)
            self.text_encoder = CLIPTextModel.from_pretrained(arguments.init / "text_encoder", dtype=torch.float32)
        else:
            self.unet, self.text_encoder = new_unet(), new_text_encoder(vocabulary)
        self.unet.train()
        self.parameters = [*self.unet.parameters(), *self.text_encoder.parameters()]
        embeddings = [self.text_encoder.get_input_embeddings().weight]
        # Decay would shrink the embeddings of words that captions do not use: the reserved identifiers.
        decayed = [p for p in self.parameters if p is not embeddings[0]]
        self.optimiser = torch.optim.AdamW(
            [dict(params=decayed, weight_decay=0.01), dict(params=embeddings, weight_decay=0.0)],
            lr=arguments.learning_rate,
            betas=(0.9, 0.99),
            fused=True,
        )
        self.average = [p.detach().clone() for p in self.parameters]
        self.steps, self.loss = 0, 0.0

    def save(self, path: Path) -> None:
        state = dict(
            parameters=[p.detach() for p in self.parameters],
            average=self.average,
            optimiser=self.optimiser.state_dict(),
            progress=(self.steps, self.loss),
        )
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").rename(path)

    def resume(self, path: Path) -> None:
        state = torch.load(path)
        for parameter, value in zip(self.parameters, state["parameters"]):
            parameter.data.copy_(value)
        self.average = state["average"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.steps, self.loss = state["progress"]

    def save_average(self, folder: Path) -> None:
        """Writes the averaged networks as folders of diffusers and transformers."""
        trained = [p.detach().clone() for p in self.parameters]
        for target, source in ((self.average, folder), (trained, None)):
            for parameter, value in zip(self.parameters, target):
                parameter.data.copy_(value)
            if source:
                self.unet.save_pretrained(folder / "unet")
                self.text_encoder.save_pretrained(folder / "text_encoder")


def learning_rate(arguments: argparse.Namespace, run: Run) -> float:
    """Warm-up, constant, then linear to 2 % over the last `decay_share` of the steps."""
    left = (1 - run.steps / arguments.steps) / arguments.decay_share
    return arguments.learning_rate * min(1, (run.steps + 1) / 100) * min(1, max(0.02, left))


def train_step(run: Run, data: Data, alphas: torch.Tensor, batch: int, random: np.random.Generator) -> float:
    """One optimiser step on `batch` pictures; returns the loss."""
    rows = data.draw(batch, random)
    unknown = random.random(batch) < UNKNOWN_WORD_SHARE
    texts = [data.with_unknown_word(r, random) if u else data.caption(r, random) for r, u in zip(rows, unknown)]
    text = run.text_encoder(data.ids(texts)).last_hidden_state
    text = torch.where(torch.from_numpy(unknown).view(-1, 1, 1), text.detach(), text)

    # Timesteps spread evenly over a batch make the loss steadier than independent ones.
    t = ((random.random() + random.permutation(batch)) / batch * len(alphas)).astype(np.int64)
    t = torch.from_numpy(t).clamp(0, len(alphas) - 1)
    signal, noise_level = alphas[t].sqrt().view(-1, 1, 1, 1), (1 - alphas[t]).sqrt().view(-1, 1, 1, 1)
    x, noise = data.latents[rows], torch.randn(batch, *data.latents.shape[1:])
    predicted = run.unet(signal * x + noise_level * noise, t, text).sample
    loss = (predicted - (signal * noise - noise_level * x)).pow(2).mean()

    run.optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(run.parameters, 1.0)
    run.optimiser.step()
    decay = min(0.999, (run.steps + 1) / (run.steps + 10))
    torch._foreach_lerp_(run.average, [p.detach() for p in run.parameters], 1 - decay)
    return loss.item()


def train(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(arguments.threads)
    data = Data(arguments.data, arguments.spiece, arguments.identifiers)
    run = Run(arguments, data.pieces.get_piece_size())
    checkpoint = arguments.out / "checkpoint.pt"
    arguments.out.mkdir(parents=True, exist_ok=True)
    if checkpoint.exists():
        run.resume(checkpoint)
    torch.manual_seed(run.steps)
    random = np.random.default_rng(run.steps)
    alphas = DDIMScheduler(**SCHEDULER).alphas_cumprod

    saved = time.time()
    while run.steps < arguments.steps:
        for group in run.optimiser.param_groups:
            group["lr"] = learning_rate(arguments, run)
        loss = train_step(run, data, alphas, arguments.batch, random)
        run.loss = loss if run.steps == 0 else 0.99 * run.loss + 0.01 * loss
        run.steps += 1
        if run.steps % 100 == 0:
            rate = run.optimiser.param_groups[0]["lr"]
            print(f"step {run.steps} rate {rate:.1e} loss {run.loss:.4f} CPU s {time.process_time():.0f}", flush=True)
        if time.time() - saved > 60 * arguments.save_every:
            run.save(checkpoint)
            run.save_average(arguments.out)
            saved = time.time()
    run.save(checkpoint)
    run.save_average(arguments.out)
    print(f"done: {run.steps} steps, {run.steps * arguments.batch} pictures")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of prepare.py")
    parser.add_argument("--spiece", type=Path, required=True)
    parser.add_argument("--identifiers", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--init", type=Path, help="a starter to go on from")
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--learning_rate", type=float, default=1.3e-3)
    parser.add_argument("--decay_share", type=float, default=0.5)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save_every", type=float, default=5, help="minutes between two checkpoints")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
