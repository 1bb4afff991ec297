"""Prompts in the web UIs' syntax by transformers and diffusers, from what a person would say they mean.

Nothing here parses a prompt: each case spells out its words with their weights, and pictures the texts of each step.
prompts.safetensors holds <name>.context [1, n*T, D] and, for SDXL, <name>.pooled for each case of the metadata's
"embeddings", and <name> [H, W, 3] uint8 for each of its "pictures".
"""

import json

import torch
from safetensors.torch import save_file

LONG = ", ".join(["a red house", "two blue boats on the water", "a very big green tree", "snow"] * 8)
NO_COMMAS = "a red house and a blue boat " * 14

# name, prompt, its sections of (words, weight), clip skip
EMBEDDINGS = [
    ("empty", "", [[]], 0),
    ("plain", "a photo of a cat, in the snow", [[("a photo of a cat, in the snow", 1)]], 0),
    ("weights", "a (red:1.3) house, ((big)) [dark] \\(old\\)",
     [[("a ", 1), ("red", 1.3), (" house, ", 1), ("big", 1.1 * 1.1), (" ", 1), ("dark", 1 / 1.1), (" (old)", 1)]], 0),
    ("nested", "(a (red:0.5) house, [big]:2) cat",
     [[("a ", 2), ("red", 1), (" house, ", 2), ("big", 2 / 1.1), (" cat", 1)]], 0),
    ("nothing", "a cat (in the snow:0)", [[("a cat ", 1), ("in the snow", 0)]], 0),
    ("against", "a cat (in the snow:-0.7)", [[("a cat ", 1), ("in the snow", -0.7)]], 0),
    ("break", "a cat BREAK a (blue:1.4) dog", [[("a cat", 1)], [("a ", 1), ("blue", 1.4), (" dog", 1)]], 0),
    ("long", LONG, [[(LONG, 1)]], 0),
    ("no-commas", NO_COMMAS, [[(NO_COMMAS, 1)]], 0),
    ("long-weights", f"{LONG}, (a cat:1.5), {LONG}", [[(f"{LONG}, ", 1), ("a cat", 1.5), (f", {LONG}", 1)]], 0),
    ("skip-1", "a cat, in the snow", [[("a cat, in the snow", 1)]], 1),
    ("skip-2", "a (cat:1.3), in the snow", [[("a ", 1), ("cat", 1.3), (", in the snow", 1)]], 2),
]

STEPS = 6


def each_step(texts, negatives=("",) * STEPS):
    """A picture's steps: [[(text, weight)], negative] each."""
    return [[[(text, 1)], negative] for text, negative in zip(texts, negatives)]


# name, prompt, negative prompt, guidance scale, steps
PICTURES = [
    ("alternating", "a [red|blue|green] cat", "", 6.0,
     each_step(f"a {colour} cat" for colour in ("red", "red", "blue", "green", "red", "blue"))),
    ("switched", "a [dog:cat:0.5], in the snow", "[dark:bright:2]", 5.0,
     each_step([f"a {what}, in the snow" for what in ["dog"] * 4 + ["cat"] * 2], ["dark"] * 3 + ["bright"] * 3)),
    ("composed", "a red cat :1.3 AND a blue dog :0.6 AND snow", "dark", 4.0,
     [[[("a red cat", 1.3), ("a blue dog", 0.6), ("snow", 1)], "dark"]] * STEPS),
    ("composed-unguided", "a red cat AND a blue dog :0.5", "", 1.0,
     [[[("a red cat", 1), ("a blue dog", 0.5)], ""]] * STEPS),
    ("long", LONG, "dark", 5.0, each_step([LONG] * STEPS, ["dark"] * STEPS)),
    ("short-for-long", "a cat", LONG, 5.0, each_step(["a cat"] * STEPS, [LONG] * STEPS)),
    ("long-for-none", LONG, "", 5.0, each_step([LONG] * STEPS)),
]


def encoders(pipe):
    pairs = [(pipe.tokenizer, pipe.text_encoder)]
    if hasattr(pipe, "text_encoder_2"):
        pairs.append((pipe.tokenizer_2, pipe.text_encoder_2))
    return pairs


def tokens(tokenizer, section, whole):
    """(id, weight) of a section's words; `whole`: of the whole text, by where a token's last letter stands."""
    if not whole:
        return [(i, weight) for text, weight in section for i in tokenizer(text, add_special_tokens=False).input_ids]
    text = "".join(words for words, _ in section)
    weight_of = [weight for words, weight in section for _ in words]
    found = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    return [(i, weight_of[end - 1]) for i, (_, end) in zip(found.input_ids, found.offset_mapping)]


def windows(tokenizer, sections, whole):
    room = tokenizer.model_max_length - 2
    comma = tokenizer(",", add_special_tokens=False).input_ids[-1]
    done = []
    for number, section in enumerate(sections):
        left = tokens(tokenizer, section, whole)
        while len(left) > room:
            near_end = [i for i in range(room - room * 20 // 75, room) if left[i][0] == comma]
            cut = near_end[-1] + 1 if near_end and left[room][0] != comma else room
            done.append(left[:cut])
            left = left[cut:]
        if left or not done or number + 1 < len(sections):
            done.append(left)
    return done


def window_states(pipe, tokenizer, encoder, window, clip_skip):
    """One window's states [1, T, D], and its pooled text."""
    padding = [tokenizer.pad_token_id] * (tokenizer.model_max_length - 2 - len(window))
    ids = [tokenizer.bos_token_id] + [i for i, _ in window] + [tokenizer.eos_token_id] + padding
    weights = [1] + [weight for _, weight in window] + [1] * (1 + len(padding))
    out = encoder(torch.tensor([ids]), output_hidden_states=True)
    if hasattr(pipe, "text_encoder_2"):
        states = out.hidden_states[-(clip_skip or 2)]
    else:
        norm = getattr(encoder, "text_model", encoder).final_layer_norm  # newer transformers have no text_model
        states = norm(out.hidden_states[-(clip_skip or 1)])
    weighted = states * torch.tensor(weights)[None, :, None]
    return weighted * (states.mean() / weighted.mean()), getattr(out, "text_embeds", None)


def embed(pipe, sections, clip_skip, whole):
    """(context [1, n*T, D], pooled [1, P] or None)"""
    sides, pooled = [], None
    for tokenizer, encoder in encoders(pipe):
        done = [window_states(pipe, tokenizer, encoder, w, clip_skip) for w in windows(tokenizer, sections, whole)]
        sides.append(torch.cat([states for states, _ in done], 1))
        pooled = done[0][1]
    return torch.cat(sides, -1), pooled if hasattr(pipe, "text_encoder_2") else None


def as_long(context, tokens_wanted, empty):
    while context.shape[1] < tokens_wanted:
        context = torch.cat([context, empty], 1)
    return context


def draw(pipe, case, whole):
    """One picture, written out: the denoising loop of diffusers' pipelines with a text for each step."""
    _, _, negative_prompt, scale, steps = case
    is_sdxl = hasattr(pipe, "text_encoder_2")
    side = pipe.unet.config.sample_size
    pixels = float(side * pipe.vae_scale_factor)
    known = {}

    def embedded(text):
        if text not in known:
            known[text] = embed(pipe, [[(text, 1)]], 0, whole)
        return known[text]

    longest = max(embedded(text)[0].shape[1] for wanted, negative in steps for text in
                  [text for text, _ in wanted] + [negative])

    def output(x, t, text, zero):
        context, pooled = embedded(text)
        context = as_long(context, longest, embedded("")[0])
        added = None
        if zero:
            context, pooled = torch.zeros_like(context), torch.zeros_like(pooled)
        if is_sdxl:
            added = {"text_embeds": pooled, "time_ids": torch.tensor([[pixels, pixels, 0.0, 0.0, pixels, pixels]])}
        return pipe.unet(x, t, encoder_hidden_states=context, added_cond_kwargs=added).sample

    scheduler = type(pipe.scheduler).from_config(pipe.scheduler.config)
    scheduler.set_timesteps(STEPS)
    latents = torch.randn((1, 4, side, side), generator=torch.Generator().manual_seed(11)) * scheduler.init_noise_sigma
    for i, t in enumerate(scheduler.timesteps):
        wanted, negative = steps[i]
        x = scheduler.scale_model_input(latents, t)
        unwanted = output(x, t, negative, is_sdxl and not negative_prompt)
        out = unwanted.clone()
        for text, weight in wanted:
            out += scale * weight * (output(x, t, text, False) - unwanted)
        latents = scheduler.step(out, t, latents).prev_sample
    image = pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample[0]
    return ((image / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous()


@torch.no_grad()
def make(ctx):
    whole = ctx.family == "starter"  # SentencePiece reads a text as a whole
    tensors = {}
    for name, _, sections, clip_skip in EMBEDDINGS:
        context, pooled = embed(ctx.pipe, sections, clip_skip, whole)
        tensors[f"{name}.context"] = context.contiguous()
        if pooled is not None:
            tensors[f"{name}.pooled"] = pooled.contiguous()
    for case in PICTURES:
        tensors[case[0]] = draw(ctx.pipe, case, whole)
    embeddings = [{"name": name, "prompt": prompt, "clip_skip": skip} for name, prompt, _, skip in EMBEDDINGS]
    pictures = [
        {"name": name, "prompt": prompt, "negative_prompt": negative, "guidance_scale": scale, "steps": STEPS}
        for name, prompt, negative, scale, _ in PICTURES
    ]
    metadata = {"embeddings": json.dumps(embeddings), "pictures": json.dumps(pictures)}
    save_file(tensors, ctx.out / "prompts.safetensors", metadata=metadata)
