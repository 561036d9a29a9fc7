//! Of times and ratios.

/// What a quarter, half and three quarters of the values do not exceed. Not numbers if there are no values.
pub fn quartiles(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values.get((values.len().max(1) - 1) * quarter / 4).copied().unwrap_or(f64::NAN))
}

/// What half of the values do not exceed. Not a number if there are no values.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    quartiles(values)[1]
}

/// Of the ratios that are numbers.
pub fn geomean(ratios: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for ratio in ratios.filter(|ratio| !ratio.is_nan()) {
        sum += ratio.ln();
        count += 1.0;
    }
    f64::exp(sum / count)
}
