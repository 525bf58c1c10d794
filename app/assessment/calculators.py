"""Published formulas: kidney function and body size."""

from dataclasses import dataclass
from decimal import Decimal

_FOUR_PLACES = Decimal("0.0001")
_CM_PER_INCH = Decimal("2.54")


def egfr_ckd_epi_2021(creatinine: Decimal, age: int, sex: str) -> Decimal:
    """
    EGFR in mL/min/1.73 m2 from creatinine in mg/dL, without race.

    CKD-EPI 2021, Inker LA et al., N Engl J Med 2021;385:1737-49:
    142 x min(Scr/kappa, 1)^alpha x max(Scr/kappa, 1)^-1.200 x 0.9938^age (x 1.012 if female).
    """
    female = sex == "female"
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = float(creatinine) / kappa
    value = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2
    value *= 0.9938**age * (1.012 if female else 1)
    return Decimal(str(value)).quantize(_FOUR_PLACES)


def crcl_cockcroft_gault(creatinine: Decimal, age: int, sex: str, weight_kg: Decimal) -> Decimal:
    """
    Creatinine clearance in mL/min from creatinine in mg/dL and the weight given.

    Cockcroft DW, Gault MH, Nephron 1976;16:31-41: (140 - age) x weight / (72 x Scr), x 0.85 if female.
    """
    value = (140 - age) * weight_kg / (72 * creatinine)
    return (value * (Decimal("0.85") if sex == "female" else 1)).quantize(_FOUR_PLACES)


def bmi(weight_kg: Decimal, height_cm: Decimal) -> Decimal:
    """Body mass index in kg/m2."""
    return (weight_kg / (height_cm / 100) ** 2).quantize(_FOUR_PLACES)


def ideal_weight(height_cm: Decimal, sex: str) -> Decimal:
    """
    Ideal body weight in kg.

    Devine BJ, Drug Intell Clin Pharm 1974;8:650-5: 45.5 (women) or 50 (men) + 2.3 per inch over 5 feet.
    """
    base = Decimal("45.5") if sex == "female" else Decimal(50)
    return base + Decimal("2.3") * (height_cm / _CM_PER_INCH - 60)


def adjusted_weight(weight_kg: Decimal, ideal_kg: Decimal, share: Decimal) -> Decimal:
    """Ideal weight and a share of what is above it, in kg."""
    return ideal_kg + share * (weight_kg - ideal_kg)


@dataclass(frozen=True, slots=True)
class WeightPolicy:
    """Which weight a creatinine clearance takes: facts of the constants table."""

    adjusted_from: Decimal  # actual weight per ideal weight
    share: Decimal  # of what is above ideal weight


def dosing_weight(
    weight_kg: Decimal, height_cm: Decimal, sex: str, policy: WeightPolicy
) -> tuple[Decimal, str]:
    """Actual below the ideal weight, ideal up to where adjusted starts; with the word for it."""
    ideal = ideal_weight(height_cm, sex)
    if weight_kg <= ideal:
        return weight_kg, "actual"
    if weight_kg < ideal * policy.adjusted_from:
        return ideal, "ideal"
    return adjusted_weight(weight_kg, ideal, policy.share), "adjusted"
