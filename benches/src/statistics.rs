//! Statistics of times and ratios.

/// Returns the quartiles of the values, or NaN if there are none.
pub fn quartiles(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values.get((values.len().max(1) - 1) * quarter / 4).copied().unwrap_or(f64::NAN))
}

/// Returns the median of the values, or NaN if there are none.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    quartiles(values)[1]
}

/// Returns the geometric mean of the ratios that are not NaN.
pub fn geomean(ratios: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for ratio in ratios.filter(|ratio| !ratio.is_nan()) {
        sum += ratio.ln();
        count += 1.0;
    }
    f64::exp(sum / count)
}
