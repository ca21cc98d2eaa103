package stripeapi

import (
	"context"

	"github.com/stripe/stripe-go/v79"
)

// CreateProduct creates something to sell (https://docs.stripe.com/api/products/create).
func (c *Client) CreateProduct(ctx context.Context, params *stripe.ProductParams) (Reply[*stripe.Product], error) {
	return create(ctx, c, asked{object: "product"}, &params.Params, func() (*stripe.Product, error) { return c.products.New(params) },
		func(ctx context.Context, made *stripe.Product) (*stripe.Product, error) {
			again := &stripe.ProductParams{}
			return read(ctx, asked{object: "product", id: made.ID}, &again.Params, func() (*stripe.Product, error) { return c.products.Get(made.ID, again) })
		})
}

// CreatePrice creates a price (https://docs.stripe.com/api/prices/create).
func (c *Client) CreatePrice(ctx context.Context, params *stripe.PriceParams) (Reply[*stripe.Price], error) {
	return create(ctx, c, asked{object: "price", differs: "another lookup_key"}, &params.Params, func() (*stripe.Price, error) { return c.prices.New(params) },
		func(ctx context.Context, made *stripe.Price) (*stripe.Price, error) {
			again := &stripe.PriceParams{}
			return read(ctx, asked{object: "price", id: made.ID}, &again.Params, func() (*stripe.Price, error) { return c.prices.Get(made.ID, again) })
		})
}

// CreatePaymentLink creates a link that opens a new Checkout session each time (https://docs.stripe.com/api/payment-link/create).
func (c *Client) CreatePaymentLink(ctx context.Context, params *stripe.PaymentLinkParams) (Reply[*stripe.PaymentLink], error) {
	return create(ctx, c, asked{object: "payment_link", page: true}, &params.Params, func() (*stripe.PaymentLink, error) { return c.paymentLinks.New(params) },
		func(ctx context.Context, made *stripe.PaymentLink) (*stripe.PaymentLink, error) {
			again := &stripe.PaymentLinkParams{}
			return read(ctx, asked{object: "payment_link", id: made.ID}, &again.Params, func() (*stripe.PaymentLink, error) { return c.paymentLinks.Get(made.ID, again) })
		})
}

// CreateCoupon creates a discount (https://docs.stripe.com/api/coupons/create).
func (c *Client) CreateCoupon(ctx context.Context, params *stripe.CouponParams) (Reply[*stripe.Coupon], error) {
	return create(ctx, c, asked{object: "coupon", differs: "another name"}, &params.Params, func() (*stripe.Coupon, error) { return c.coupons.New(params) },
		func(ctx context.Context, made *stripe.Coupon) (*stripe.Coupon, error) {
			again := &stripe.CouponParams{}
			return read(ctx, asked{object: "coupon", id: made.ID}, &again.Params, func() (*stripe.Coupon, error) { return c.coupons.Get(made.ID, again) })
		})
}

// Coupons returns one page of coupons, newest first.
func (c *Client) Coupons(ctx context.Context, params *stripe.CouponListParams) (Page[*stripe.Coupon], error) {
	return list[*stripe.Coupon](ctx, "coupon", &params.ListParams, func() error { return c.coupons.List(params).Err() })
}

// CreatePromotionCode creates a code that customers type in for a coupon (https://docs.stripe.com/api/promotion_codes/create).
func (c *Client) CreatePromotionCode(ctx context.Context, params *stripe.PromotionCodeParams) (Reply[*stripe.PromotionCode], error) {
	return create(ctx, c, asked{object: "promotion_code", differs: "another code"}, &params.Params, func() (*stripe.PromotionCode, error) { return c.promotions.New(params) },
		func(ctx context.Context, made *stripe.PromotionCode) (*stripe.PromotionCode, error) {
			again := &stripe.PromotionCodeParams{}
			return read(ctx, asked{object: "promotion_code", id: made.ID}, &again.Params, func() (*stripe.PromotionCode, error) { return c.promotions.Get(made.ID, again) })
		})
}
