/* gradc_trig.h: sine, cosine and tangent for loops that vectorise.
 *
 * As gradc_vecmath.h: inline, without branches and calls, correct for every argument. Sine and cosine of one
 * argument share the work of reducing it; floats are reduced in double, with as few digits as they need. Near
 * arguments take far less than others. */
#ifndef GRADC_TRIG_H
#define GRADC_TRIG_H

#include "gradc_vecmath.h"

/* Without fused multiplication and addition, and so without exact products at the price of one, the library's
 * own functions take less time. */
#if !GRADC_HAS_FMA && !defined(GRADC_VECMATH_ALWAYS)
#define GRADC_TRIG_LIBM 1
#else
#define GRADC_TRIG_LIBM GRADC_VECMATH_LIBM
#endif

/* 1 for a number of which the functions below take more work, or a NaN; those with _near in their names are
 * for others only, of which they are the same to the last bit. A loop of vectors cannot branch: it takes the
 * near ones where it is known, before it begins, that all arguments are near. */
GRADC_INLINE int64_t gradc_far(double x)
{
#if GRADC_TRIG_LIBM
    (void)x;
    return 0;
#else
    return !(gradc_magnitude(x) < 1048576.0);         /* 2^20 */
#endif
}

GRADC_INLINE int32_t gradc_farf(float x)
{
#if GRADC_TRIG_LIBM
    (void)x;
    return 0;
#else
    return !(gradc_magnitudef(x) < 8796093022208.0f); /* 2^43 */
#endif
}

/* Row 0: 2 / pi. Row j: 2^(16 j - 35) 2 / pi less the nearest multiple of 4. In four parts, each what the
 * parts before it leave. */
static const double gradc_turns[63][4] = {
    {0.6366197723675814, -3.935735335036497e-17, -2.1442872565786008e-33, 1.6107127853188224e-49},
    {1.2142558524467113e-06, -7.50681941039371e-23, -4.0899033671924606e-39, 3.0721908289314697e-55},
    {0.07957747154594767, -4.9196691687956215e-18, -2.680359070723251e-34, 2.013390981648528e-50},
    {-0.8108247647736375, -6.672295044406916e-18, 2.0630875204329059e-35, 8.612544394811482e-53},
    {1.7882157948911475, -6.970093286499804e-17, -3.7896434577048564e-33, 1.7049496831483637e-49},
    {0.5103339862352891, -1.872372276745148e-17, 6.075202994177008e-34, 3.329976417189635e-50},
    {1.248121915907769, -5.940847197708799e-17, 1.6265322655031123e-33, -1.111419739977775e-50},
    {0.9178809315451136, 4.750556752335143e-17, 1.5887340227454913e-33, -1.9584115190161904e-50},
    {-1.7552702594299052, 3.74675564956312e-17, 1.959377119036831e-33, 1.4671550758698081e-49},
    {-1.3917219982661666, 1.0454123669016005e-16, -2.0253548100608578e-33, 3.6826546306362557e-50},
    {0.10712162851226184, 4.47188872051714e-19, -5.5124383670496264e-36, 1.0156470771777294e-52},
    {0.323046179592013, -2.91793132300533e-18, 4.12967440811375e-35, 9.605568623997938e-52},
    {-0.845574257837334, -4.9142344025343295e-17, 8.770342262381734e-34, 2.1000821414888528e-51},
    {0.445438372477346, -2.1970610127441306e-18, -1.3820954773296152e-34, -5.708286294239638e-51},
    {0.24917867534881377, 9.335762683453802e-18, 3.3279421468108193e-34, 3.280362895506273e-51},
    {-1.8263323401400406, 9.565665436712922e-17, 5.393194964856126e-33, 1.3434426384804363e-49},
    {1.483756582302606, -3.0830244227817653e-17, 1.761822865577834e-33, 8.489932488782202e-50},
    {-0.5286222164160986, 3.996801064774614e-18, 2.416645831180196e-34, -6.978562502243492e-51},
    {0.21442495456020697, 4.98749637908252e-18, -3.473714403396089e-34, 1.6425043947002137e-50},
    {0.5538220577239912, 1.0904249905917664e-17, 6.979725160310827e-34, -2.9652408319966065e-50},
    {-0.7176250005133754, -2.963911699319789e-17, 7.202594384274206e-34, -7.848361143241382e-51},
    {1.7279663554271467, 1.703261795719143e-17, 6.907357815504067e-34, 1.8027044355604335e-50},
    {0.0030692734883153473, 1.9646179769452697e-19, -8.34641094127731e-36, -4.2379548684632135e-52},
    {1.1479073302346152, -3.2667119432966258e-18, -2.6283241574851135e-35, 1.509841317583408e-51},
    {1.254794255742822, -3.623476815748783e-17, -3.028265500519741e-33, 7.804843341572716e-50},
    {-1.8036556384200695, 8.528370408731568e-17, -2.604207568708775e-34, -5.2950175836690777e-51},
    {-0.37591949766815985, 1.256934712602169e-17, -1.1392710789828855e-34, -3.884522646722363e-51},
    {-0.2601991805232449, 1.4760130322558787e-17, 1.1826517819735678e-34, -5.8306873533134696e-52},
    {-0.4134947713782243, -1.7420536686243273e-17, 6.84622127736907e-34, 1.9233774483613058e-50},
    {1.206662956689565, 8.106625487187335e-17, 9.317789208910492e-34, -1.3956956775578614e-50},
    {-0.13647039266121153, 7.839544330174414e-18, 7.5817079634377606e-34, -4.165333308995176e-50},
    {0.27634655484195253, 1.6672577019240015e-17, -1.5112560049801152e-33, -6.616578939798905e-50},
    {-1.3521818777979193, -2.7493303165571626e-17, 4.294057034037705e-34, -3.3236803755481523e-50},
    {-0.591543364442242, -2.016959473548392e-17, 1.3845748387193306e-33, 3.192145286017108e-50},
    {0.6140679132281972, -3.0274659627708277e-18, 7.767248318952065e-35, -6.771215106213818e-52},
    {-0.44523867686822827, -1.1154835633484247e-17, -2.7417069591625575e-34, 1.3440985128309558e-50},
    {0.8380727637915663, 3.855363964197244e-17, -2.9762063235998285e-33, -7.484707749246778e-50},
    {-0.06335215591136323, 5.768134374570002e-18, 2.826803678204428e-34, 8.018120913273471e-51},
    {0.15311019289985384, -1.0485513046108615e-17, -1.6473556915792394e-34, 1.0030168164529601e-50},
    {-1.7703981151796648, 4.9469253197706035e-17, 1.4233798788963739e-33, -3.472514598379468e-50},
    {-0.810876414511254, 5.472335694321824e-17, -1.7829903188897648e-34, -5.618197707745508e-51},
    {-1.5967014095404528, 1.075064865700699e-16, -3.195289725695179e-36, -1.5223310645586288e-52},
    {-1.4235756431082822, 6.978958485733506e-17, 1.3467048617197994e-34, 8.700092213012769e-51},
    {0.5466532556211212, 5.5460964515409344e-17, 3.8360460680850365e-34, -6.306802543107536e-51},
    {1.4677603858035548, 4.1632464029342245e-17, 1.133133704382591e-33, -4.904093179981041e-50},
    {-0.8553559782276353, 5.2079610651263086e-17, -2.808205154337084e-33, -1.2869054679587628e-49},
    {-0.6093891263046747, 4.1741338521210894e-17, 2.510030981018848e-34, 1.3294704854511555e-50},
    {-0.9257815031569336, -2.917135030855457e-17, 7.565681826186738e-34, 3.246090574904829e-51},
    {-0.01659089280483569, -7.904394804157748e-19, -3.622316866225086e-35, -2.4241811536847445e-52},
    {0.6992491422881294, 4.5173461466589516e-17, -1.1758899641978833e-33, 2.1181945680406257e-50},
    {1.9917889948512812, -3.274679103197672e-17, -1.2750148948875718e-33, 5.291227762166332e-50},
    {1.8835665735656588, -3.2590471198745e-17, -1.7499561450414677e-33, -7.290777967768458e-51},
    {1.418965199014248, -2.0657070762637006e-18, 1.5040693349612142e-34, -3.623201912054768e-51},
    {1.3032825977569256, 6.903005425122807e-17, -3.6925216608341635e-33, -2.3125781511353324e-50},
    {-0.07167340212165606, 2.9768780867833977e-18, -2.0521715586801907e-36, -3.4005597519268357e-53},
    {-1.1880814448511823, -8.45254336657664e-17, 1.0943528151964268e-33, -4.850600226064392e-51},
    {1.8944302329126996, 1.0998295001402877e-16, -5.206520178657861e-33, 2.7697467401895465e-49},
    {1.3797441666901478, 5.269164794785383e-17, -1.3500413237571505e-33, -6.616196696908885e-50},
    {-1.0862917944725297, -3.78558835383191e-17, -6.272925545115158e-34, -3.9315515519850324e-50},
    {0.780957448293768, -1.8812739905799353e-17, -1.146315545197968e-34, 6.319655327249666e-51},
    {0.8273313803789683, -9.053620230047003e-18, 1.7397005632696812e-34, -6.687949252587277e-51},
    {-0.010655483937309675, -1.7656715717189682e-19, -1.1066333815317304e-35, -1.0293896081551076e-52},
    {1.6822046844731515, -2.5185756315802468e-17, -1.0935938310341833e-33, -7.498701961519279e-50}};

/* x less the nearest multiple of 4, exactly. */
GRADC_INLINE double gradc_modulo_4(double x)
{
    GRADC_AS_WRITTEN
    return gradc_fma(rint(0.25 * x), -4, x);
}

/* x = (4 k + n) pi / 2 + r - lost for some whole k, with |r| <= pi / 4 and `lost` what the rounding of r
 * loses. Returns n. Below 2^33, x 2 / pi is the number of quarter turns. Above, m = x / 2^(16 j - 35) is
 * whole, so that multiples of 4 in the other factor are whole turns. */
GRADC_INLINE double gradc_quarter_turns_far(double x, double *r, double *lost)
{
    GRADC_AS_WRITTEN
    uint64_t exponent = gradc_to_bits(x) >> 56 & 0x7F, above = 0 - ((65 - exponent) >> 63);
    uint64_t j = (exponent - 65) & above;
    double m = x * gradc_from_bits((1023 + ((35 - 16 * j) & above)) << 52);
    double p0 = m * gradc_turns[j][0], e0 = gradc_product_rest(m, gradc_turns[j][0], p0);
    double p1 = m * gradc_turns[j][1], e1 = gradc_product_rest(m, gradc_turns[j][1], p1);
    double p2 = m * gradc_turns[j][2], e2 = gradc_product_rest(m, gradc_turns[j][2], p2);
    double a = gradc_modulo_4(p0), b = gradc_modulo_4(e0), c = gradc_modulo_4(p1);
    double ab = a + b, ab_rest = gradc_sum_rest(a, b, ab);
    double abc = ab + c, abc_rest = gradc_sum_rest(ab, c, abc);
    double n = rint(abc), f = abc - n;
    double s = ab_rest + abc_rest, s_rest = gradc_sum_rest(ab_rest, abc_rest, s);
    double t = e1 + p2, t_rest = gradc_sum_rest(e1, p2, t);
    double u = s + t, u_rest = gradc_sum_rest(s, t, u);
    double turns = f + u, turns_rest = gradc_sum_rest(f, u, turns);
    double left = turns_rest + (u_rest + (s_rest + t_rest) + (e2 + m * gradc_turns[j][3]));
    *r = turns * 1.5707963267948966;
    *lost = -(gradc_product_rest(turns, 1.5707963267948966, *r) +
              (turns * 6.123233995736766e-17 + left * 1.5707963267948966));
    return n;
}

/* The same for a near x, below 2^20 (W. Cody's and W. Waite's reduction), where n times a number of 33 digits
 * is exact, as is what a fused operation takes from x. */
GRADC_INLINE double gradc_quarter_turns_near(double x, double *r, double *lost)
{
    GRADC_AS_WRITTEN
    double n = gradc_fma(x, 0.6366197723675814, GRADC_ROUND) - GRADC_ROUND;
#if GRADC_HAS_FMA
    double most = gradc_fma(n, -1.5707963267948966, x), second = n * 6.12323399538461e-17;
    *r = most - second;
    *lost = gradc_fma(n, 3.5215598651832e-27, second - (most - *r));
#else
    double most = x - n * 1.5707963267341256, second = n * 6.077100506303966e-11,
           third = n * 2.0222662487111665e-21;
    double more = most - second, lost_more = second - (most - more);
    *r = more - third;
    *lost = lost_more + (third - (more - *r)) + n * 8.4784276603689e-32;
#endif
    return n;
}

/* For any x. A near one is reduced as if all were. */
GRADC_INLINE double gradc_quarter_turns(double x, double *r, double *lost)
{
    GRADC_AS_WRITTEN
    double near_r, near_lost, near_n = gradc_quarter_turns_near(x, &near_r, &near_lost), n;
    int64_t is_far = gradc_far(x);
    n = gradc_quarter_turns_far(x, r, lost);
    *r = gradc_choose(is_far, *r, near_r);
    *lost = gradc_choose(is_far, *lost, near_lost);
    return gradc_choose(is_far, n, near_n);
}

/* sin(r - lost) = r - (r^3 s(r^2) + lost (1 - r^2 / 2)), s interpolating at Chebyshev's points. `most` is 1 -
 * r^2 / 2. Of 0 it is r, with its sign. */
GRADC_INLINE double gradc_sin_reduced(double r, double lost, double z, double most)
{
    GRADC_AS_WRITTEN
    double s = -1.59175674789068e-10;
    s = gradc_fma(s, z, 2.505112403138208e-08);
    s = gradc_fma(s, z, -2.7557316064986773e-06);
    s = gradc_fma(s, z, 0.00019841269836686008);
    s = gradc_fma(s, z, -0.008333333333330901);
    s = gradc_fma(s, z, 0.16666666666666666);
    return r - gradc_fma(r * z, s, lost * most);
}

/* cos(r - lost) = 1 - r^2 / 2 + r^4 c(r^2) + r lost, likewise; what the rounding of 1 - r^2 / 2 leaves
 * returns. */
GRADC_INLINE double gradc_cos_reduced(double r, double lost, double z, double most)
{
    GRADC_AS_WRITTEN
    double c = -1.1382280957702634e-11;
    c = gradc_fma(c, z, 2.0876141380294955e-09);
    c = gradc_fma(c, z, -2.7557317248229367e-07);
    c = gradc_fma(c, z, 2.480158729872029e-05);
    c = gradc_fma(c, z, -0.0013888888888887367);
    c = gradc_fma(c, z, 0.041666666666666664);
    return most + (gradc_fma(-0.5, z, 1 - most) + gradc_fma(z * z, c, r * lost));
}

/* sin(n pi / 2 + r - lost) */
GRADC_INLINE double gradc_sin_turned(double n, double r, double lost)
{
    GRADC_AS_WRITTEN
    uint64_t quarter = gradc_to_bits(n + GRADC_ROUND);
    double z = r * r, most = gradc_fma(-0.5, z, 1);
    double sine = gradc_sin_reduced(r, lost, z, most), cosine = gradc_cos_reduced(r, lost, z, most);
    double y = gradc_choose((int64_t)(quarter & 1), cosine, sine);
    return gradc_from_bits(gradc_to_bits(y) ^ (quarter & 2) << 62);
}

/* tan(n pi / 2 + r - lost) */
GRADC_INLINE double gradc_tan_turned(double n, double r, double lost)
{
    GRADC_AS_WRITTEN
    int64_t odd = (int64_t)(gradc_to_bits(n + GRADC_ROUND) & 1);
    double z = r * r, most = gradc_fma(-0.5, z, 1);
    double sine = gradc_sin_reduced(r, lost, z, most), cosine = gradc_cos_reduced(r, lost, z, most);
    return gradc_choose(odd, -cosine, sine) / gradc_choose(odd, sine, cosine);
}

/* 1 ulp. */
GRADC_INLINE double gradc_sin(double x)
{
#if GRADC_TRIG_LIBM
    return sin(x);
#else
    GRADC_AS_WRITTEN
    double r, lost, n = gradc_quarter_turns(x, &r, &lost);
    return gradc_sin_turned(n, r, lost);
#endif
}

GRADC_INLINE double gradc_sin_near(double x)
{
#if GRADC_TRIG_LIBM
    return sin(x);
#else
    double r, lost, n = gradc_quarter_turns_near(x, &r, &lost);
    return gradc_sin_turned(n, r, lost);
#endif
}

/* 1 ulp. */
GRADC_INLINE double gradc_cos(double x)
{
#if GRADC_TRIG_LIBM
    return cos(x);
#else
    double r, lost, n = gradc_quarter_turns(x, &r, &lost);
    return gradc_sin_turned(n + 1, r, lost);
#endif
}

GRADC_INLINE double gradc_cos_near(double x)
{
#if GRADC_TRIG_LIBM
    return cos(x);
#else
    double r, lost, n = gradc_quarter_turns_near(x, &r, &lost);
    return gradc_sin_turned(n + 1, r, lost);
#endif
}

/* What the rounding of the quotient, of both polynomials and of the product by the inverse leave returns.
 * 2.5 ulp. */
GRADC_INLINE double gradc_tan(double x)
{
#if GRADC_TRIG_LIBM
    return tan(x);
#else
    double r, lost, n = gradc_quarter_turns(x, &r, &lost);
    return gradc_tan_turned(n, r, lost);
#endif
}

GRADC_INLINE double gradc_tan_near(double x)
{
#if GRADC_TRIG_LIBM
    return tan(x);
#else
    double r, lost, n = gradc_quarter_turns_near(x, &r, &lost);
    return gradc_tan_turned(n, r, lost);
#endif
}

/* 1 / pi = first + second, less multiples of 2 in what a far x is a multiple of: there, 2^20, 2^41, 2^62 or
 * 2^83 times even numbers are whole turns. x first < 2^45. */
#define GRADC_PER_HALF_TURN      0.31830988618379064
#define GRADC_PER_HALF_TURN_REST 3.583247455607534e-17
GRADC_INLINE void gradc_per_half_turn(double x, double *first, double *second)
{
    GRADC_AS_WRITTEN
    double size = gradc_magnitude(x);
    int64_t a = size >= 8796093022208.0, b = size >= 18446744073709551616.0; /* 2^43, 2^64 */
    int64_t c = size >= 38685626227668133590597632.0, d = size >= 81129638414606681695789005144064.0;
    *first = gradc_choose(a, 1.0224824379653776e-07, GRADC_PER_HALF_TURN);
    *second = gradc_choose(a, 3.037013244824923e-24, GRADC_PER_HALF_TURN_REST);
    *first = gradc_choose(b, 1.209391198562356e-13, *first);
    *second = gradc_choose(b, 1.2355694379560215e-29, *second);
    *first = gradc_choose(c, -1.6303757044340715e-19, *first); /* from 2^85 */
    *second = gradc_choose(c, 1.1191965428519847e-35, *second);
    *first = gradc_choose(d, -6.491405224893059e-26, *first); /* from 2^106 */
    *second = gradc_choose(d, -3.529380501904391e-42, *second);
}

/* x (first + second) - n, small. Of 0 with n = 0 it is x. */
GRADC_INLINE double gradc_half_turns_left(double x, double first, double second, double n)
{
    GRADC_AS_WRITTEN
#if GRADC_HAS_FMA
    return fma(x, second, fma(x, first, -n));
#else
    double product = x * first;
    return (product - n) + (gradc_product_rest(x, first, product) + x * second);
#endif
}

/* sin(pi h) = h p(h^2) for |h| <= 1/2, p minimax (Remez's algorithm) of the relative error, 2^-35. */
GRADC_INLINE double gradc_sin_half_turns(double h)
{
    GRADC_AS_WRITTEN
    double z = h * h, p = -0.007022163981173419;
    p = gradc_fma(p, z, 0.0820464791488673);
    p = gradc_fma(p, z, -0.5992513301848087);
    p = gradc_fma(p, z, 2.5501632403255536);
    p = gradc_fma(p, z, -5.167712762116079);
    p = gradc_fma(p, z, 3.141592653523347);
    return h * p;
}

/* The nearest whole number is even or odd: the last bit of the sum. */
GRADC_INLINE float gradc_sin_of_half_turns(double x, double first, double second)
{
    GRADC_AS_WRITTEN
    double whole = gradc_fma(x, first, GRADC_ROUND);
    double y = gradc_sin_half_turns(gradc_half_turns_left(x, first, second, whole - GRADC_ROUND));
    return (float)gradc_from_bits(gradc_to_bits(y) ^ gradc_to_bits(whole) << 63);
}

/* 1 ulp. */
GRADC_INLINE float gradc_sinf(float x)
{
#if GRADC_TRIG_LIBM
    return sinf(x);
#else
    double first, second;
    gradc_per_half_turn((double)x, &first, &second);
    return gradc_sin_of_half_turns((double)x, first, second);
#endif
}

GRADC_INLINE float gradc_sin_nearf(float x)
{
#if GRADC_TRIG_LIBM
    return sinf(x);
#else
    return gradc_sin_of_half_turns((double)x, GRADC_PER_HALF_TURN, GRADC_PER_HALF_TURN_REST);
#endif
}

/* cos(pi (n + 1/2 + h)) = -(-1)^n sin(pi h), and cos(-x) = cos(x). The half has the sign of x: a constant
 * would be added to that of the rounding, under flags that let sums be formed in another order. */
GRADC_INLINE float gradc_cos_of_half_turns(double x, double first, double second)
{
    GRADC_AS_WRITTEN
    uint64_t sign = gradc_to_bits(x) & UINT64_C(0x8000000000000000);
    double half = gradc_from_bits(sign | gradc_to_bits(0.5));
    double whole = gradc_fma(x, first, -half) + (GRADC_ROUND + 1), n = (whole - (GRADC_ROUND + 1)) + half;
    double y = gradc_sin_half_turns(gradc_half_turns_left(x, first, second, n));
    return (float)gradc_from_bits(gradc_to_bits(y) ^ gradc_to_bits(whole) << 63 ^ sign);
}

GRADC_INLINE float gradc_cosf(float x)
{
#if GRADC_TRIG_LIBM
    return cosf(x);
#else
    double first, second;
    gradc_per_half_turn((double)x, &first, &second);
    return gradc_cos_of_half_turns((double)x, first, second);
#endif
}

GRADC_INLINE float gradc_cos_nearf(float x)
{
#if GRADC_TRIG_LIBM
    return cosf(x);
#else
    return gradc_cos_of_half_turns((double)x, GRADC_PER_HALF_TURN, GRADC_PER_HALF_TURN_REST);
#endif
}

/* For 2 x / pi = n + 2 h: sin(pi h) / cos(pi h), and of an odd n the negative inverse. Both polynomials are
 * minimax of the relative error for |h| <= 1/4, 2^-34. */
GRADC_INLINE float gradc_tan_of_half_turns(double x, double first, double second)
{
    GRADC_AS_WRITTEN
    double whole = gradc_fma(2 * x, first, GRADC_ROUND);
    double h = 0.5 * gradc_half_turns_left(2 * x, first, second, whole - GRADC_ROUND), z = h * h;
    double sine = 0.08099576353263238, cosine = 0.2312605116080437;
    sine = gradc_fma(sine, z, -0.5992013477182612);
    sine = gradc_fma(sine, z, 2.5501626185462505);
    sine = gradc_fma(sine, z, -5.167712768814846);
    sine = h * gradc_fma(sine, z, 3.141592653575493);
    cosine = gradc_fma(cosine, z, -1.3350358598186136);
    cosine = gradc_fma(cosine, z, 4.0587069199476025);
    cosine = gradc_fma(cosine, z, -4.934802158241727);
    cosine = gradc_fma(cosine, z, 0.9999999999439084);
    int64_t odd = (int64_t)(gradc_to_bits(whole) & 1);
    return (float)(gradc_choose(odd, -cosine, sine) / gradc_choose(odd, sine, cosine));
}

/* 1 ulp. */
GRADC_INLINE float gradc_tanf(float x)
{
#if GRADC_TRIG_LIBM
    return tanf(x);
#else
    double first, second;
    gradc_per_half_turn((double)x, &first, &second);
    return gradc_tan_of_half_turns((double)x, first, second);
#endif
}

GRADC_INLINE float gradc_tan_nearf(float x)
{
#if GRADC_TRIG_LIBM
    return tanf(x);
#else
    return gradc_tan_of_half_turns((double)x, GRADC_PER_HALF_TURN, GRADC_PER_HALF_TURN_REST);
#endif
}

#endif
